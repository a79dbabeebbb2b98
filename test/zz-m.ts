import { startEmbeddedPostgres } from "@/server/adapters/db/embedded-postgres";
import { applyMigrations } from "@/prisma/migrate";
const t=Date.now(); const s=await startEmbeddedPostgres({folder:"/tmp/hw/pgZ",isDurable:false,log:()=>{}});
console.log(Date.now()-t); await applyMigrations(s.url); console.log(Date.now()-t);
await s.stop(); console.log("stopped",Date.now()-t, process.getActiveResourcesInfo());
process.on("exit",()=>console.log("exit",Date.now()-t));
