import { loadFile } from '@recdistill/serve/node'
import { AggregatorRegistry } from 'prom-client'
import type { FromWorker, ToWorker, WorkerSettings } from './cluster.ts'
import { startServer } from './server.ts'

// One of the processes that `startCluster` makes. Whoever stops the service stops the first process, which tells the others.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)

const tell = (message: FromWorker) => process.send?.(message)
const questions = new Map<number, (text: string | null) => void>()
let asked = 0

const metricsText = () =>
  new Promise<string | null>((resolve) => {
    const question = asked++
    questions.set(question, resolve)
    tell({ recdistill: 'metrics?', question })
  })

try {
  const { bundle, logs, ...shared } = JSON.parse(process.argv[2]) as WorkerSettings
  const recommender = await loadFile(bundle)
  const server = await startServer(recommender, {
    ...shared,
    metricsText,
    onDefect: (error) =>
      tell({ recdistill: 'defect', stack: error instanceof Error ? String(error.stack) : String(error) }),
    ...(logs && { log: (entry) => tell({ recdistill: 'log', entry }) }),
  })
  AggregatorRegistry.setRegistries([server.service.metrics.registry])
  new AggregatorRegistry() // answers the first process when it gathers
  const stop = (how: Parameters<typeof server.stop>[0]) => void server.stop(how).then(() => process.exit(0))
  process.on('message', (message: ToWorker) => {
    if (message.recdistill === 'stop') stop(message.how)
    else if (message.recdistill === 'metrics') {
      questions.get(message.question)?.(message.text)
      questions.delete(message.question)
    }
  })
  process.on('disconnect', () => stop({ graceSeconds: 1 })) // the first process was killed
  tell({ recdistill: 'listening', url: server.url, port: server.port })
} catch (error) {
  const { name, message, code } = error as NodeJS.ErrnoException
  process.send?.({ recdistill: 'failed', name, message, ...(code !== undefined && { code }) }, () =>
    process.exit(1),
  )
}
