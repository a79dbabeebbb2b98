import { startEmbeddedPostgres } from "@/server/adapters/db/embedded-postgres";
const t=Date.now();
try{
const s=await startEmbeddedPostgres({folder:process.argv[2]!,log:(l)=>console.log("  "+l)});
console.log(s.port,s.pid,Date.now()-t,"ms");
if(process.argv[3]==="keep") process.exit(0);
const u=Date.now(); await s.stop(); console.log("stopped",Date.now()-u,"ms");
}catch(e:any){console.log(e.code,e.message);process.exit(1)}
