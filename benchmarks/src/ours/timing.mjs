/** Wall and processor seconds of a piece of work; processor time counts every thread. */
export function timed(work) {
  const cpu = process.cpuUsage()
  const start = performance.now()
  work()
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return { seconds, cpu: (user + system) / 1e6 }
}
