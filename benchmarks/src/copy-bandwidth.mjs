import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

/**
 * Bytes per second (read plus written) that `threads` threads reach together with the platform's own block copy,
 * inside a working set of `megabytes`: a limit measured without any peer.
 */
export async function copyBandwidth(megabytes, threads, rounds = 8) {
  const bytes = Math.floor((megabytes * 2 ** 20) / (2 * threads) / 64) * 64
  const repeats = Math.max(1, Math.round(2 ** 28 / bytes))
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL(import.meta.url), { workerData: { bytes, repeats } }),
  )
  const answer = (worker) => new Promise((resolve) => worker.once('message', resolve))
  await Promise.all(workers.map(answer))
  let best = 0
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    const done = workers.map(answer)
    for (const worker of workers) worker.postMessage('go')
    await Promise.all(done)
    best = Math.max(best, (2 * bytes * repeats * threads) / ((performance.now() - start) / 1000))
  }
  await Promise.all(workers.map((worker) => worker.terminate()))
  return best
}

if (!isMainThread && workerData?.bytes) {
  const from = new Uint8Array(workerData.bytes).fill(1)
  const to = new Uint8Array(workerData.bytes)
  const copy = () => {
    for (let n = 0; n < workerData.repeats; n++) to.set(from)
    parentPort.postMessage('done')
  }
  copy()
  parentPort.on('message', copy)
}
