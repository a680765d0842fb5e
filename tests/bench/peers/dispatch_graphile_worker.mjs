// graphile-worker: jobs that do nothing, as many at once as keeps it busiest here.
import { makeWorkerUtils, run } from "graphile-worker";
import pg from "pg";

const count = Number(process.argv[2]);
const pgPool = new pg.Pool({ max: 20 });
const utils = await makeWorkerUtils({ pgPool });
await utils.migrate();
await pgPool.query(
  `SELECT graphile_worker.add_job('remind', json_build_object('n', n)) FROM generate_series(1, $1::int) n`,
  [count],
);
let done = 0;
const begin = performance.now();
const ended = new Promise((resolve) => {
  const remind = () => {
    if (++done === count) resolve();
  };
  run({ pgPool, concurrency: 16, noHandleSignals: true, pollInterval: 100, taskList: { remind } });
});
await ended;
console.log(JSON.stringify({ per_second: (count * 1000) / (performance.now() - begin) }));
process.exit(0);
