// pg-boss: by its workers, as its users write it, as many and as quick as they may be; or, with the word
// `batches`, by loops that fetch many jobs and complete them at once, which its workers can't do.
import PgBoss from "pg-boss";

const QUEUE = "remind";
const BATCH = 500;
const WORKERS = 10;
const WORKER_BATCH = 100;
const SHORTEST_POLL = 0.5; // seconds; pg-boss takes no less
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

function work() {
  return new Promise((resolve) => {
    const remind = async (jobs) => {
      done += jobs.length;
      if (done === count) resolve();
    };
    for (let n = 0; n < WORKERS; ++n) {
      boss.work(QUEUE, { batchSize: WORKER_BATCH, pollingIntervalSeconds: SHORTEST_POLL }, remind);
    }
  });
}

const begin = performance.now();
await (process.argv[3] === "batches" ? Promise.all([loop(), loop(), loop(), loop()]) : work());
if (done !== count) throw new Error(`${done} jobs of ${count}`);
console.log(JSON.stringify({ per_second: (count * 1000) / (performance.now() - begin) }));
process.exit(0);
