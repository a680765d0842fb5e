// BullMQ: jobs that do nothing. Redis holds them, durable to about a second.
import { Queue, Worker } from "bullmq";

const QUEUE = "remind";
const count = Number(process.argv[2]);
const connection = { host: "127.0.0.1", port: Number(process.env.REDIS_PORT), maxRetriesPerRequest: null };
const queue = new Queue(QUEUE, { connection });
for (let n = 0; n < count; n += 5000) {
  await queue.addBulk(Array.from({ length: Math.min(5000, count - n) }, (_, i) => ({ name: "remind", data: { n: n + i } })));
}
let done = 0;
const begin = performance.now();
await new Promise((resolve) => {
  const worker = new Worker(QUEUE, async () => {}, { connection, concurrency: 100 });
  worker.on("completed", () => {
    if (++done === count) resolve();
  });
});
console.log(JSON.stringify({ per_second: (count * 1000) / (performance.now() - begin) }));
await queue.obliterate({ force: true });
process.exit(0);
