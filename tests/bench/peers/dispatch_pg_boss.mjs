// pg-boss: fetches jobs in large batches and completes each batch at once, by several loops, which is
// faster than its own workers that poll.
import PgBoss from "pg-boss";

const QUEUE = "remind";
const BATCH = 500;
const count = Number(process.argv[2]);
const { PGHOST, PGPORT, PGDATABASE, PGUSER } = process.env;
const boss = new PgBoss({ host: PGHOST, port: Number(PGPORT), database: PGDATABASE, user: PGUSER, max: 10,
  supervise: false, schedule: false });
boss.on("error", (error) => {
  throw error;
});
await boss.start();
await boss.createQueue(QUEUE);
for (let n = 0; n < count; n += 5000) {
  await boss.insert(Array.from({ length: Math.min(5000, count - n) }, (_, i) => ({ name: QUEUE, data: { n: n + i } })));
}
let done = 0;
async function loop() {
  for (;;) {
    const jobs = await boss.fetch(QUEUE, { batchSize: BATCH });
    if (!jobs?.length) return;
    await boss.complete(QUEUE, jobs.map((job) => job.id));
    done += jobs.length;
  }
}
const begin = performance.now();
await Promise.all([loop(), loop(), loop(), loop()]);
if (done !== count) throw new Error(`${done} jobs of ${count}`);
console.log(JSON.stringify({ per_second: (count * 1000) / (performance.now() - begin) }));
process.exit(0);
