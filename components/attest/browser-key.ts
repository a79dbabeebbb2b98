import type { KeptKey, KeyPlace, KeyShelf } from "@/components/attest/key-vault";

const DATABASE = "beacon-attester";
const STORE = "keys";
const BY_ACCOUNT = "account";

const answered = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function opened(factory: IDBFactory): Promise<IDBDatabase> {
  const request = factory.open(DATABASE, 1);
  request.onupgradeneeded = () =>
    request.result.createObjectStore(STORE, { keyPath: "id" }).createIndex(BY_ACCOUNT, "account");
  return answered(request);
}

/** Written when the transaction has completed, and not when the request succeeded. */
const written = (change: (store: IDBObjectStore) => void, database: IDBDatabase): Promise<void> =>
  new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, "readwrite");
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    change(transaction.objectStore(STORE));
  });

/**
 * The browser's own database, which belongs to this portal's origin. A `CryptoKey` is stored in it by
 * structured cloning, so that its private bytes never pass through a page.
 */
async function openIndexedDbShelf(): Promise<KeyShelf> {
  const database = await opened(indexedDB);
  return {
    of: (account) =>
      answered<KeptKey[]>(
        database.transaction(STORE).objectStore(STORE).index(BY_ACCOUNT).getAll(account),
      ),
    put: (key) => written((store) => void store.put(key), database),
    drop: (id) => written((store) => void store.delete(id), database),
  };
}

/** This browser. */
export const browserKeyPlace = (): KeyPlace => ({
  subtle: globalThis.crypto?.subtle,
  openShelf: openIndexedDbShelf,
  now: () => new Date(),
});
