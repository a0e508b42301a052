import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compareAnswers, compareEpochs } from './agree.mjs'
import { copyBandwidth } from './copy-bandwidth.mjs'
import { machineCard, revision } from './machine.mjs'
import { openPeer, tunedAllocator } from './peer.mjs'
import { tableOf } from './report.mjs'
import { scenarios, variantsOf, workOf } from './scenarios.mjs'
import { summarise } from './statistics.mjs'

const serveOurs = fileURLToPath(new URL('ours/serve.mjs', import.meta.url))
const torchFolder = fileURLToPath(new URL('../peers/torch', import.meta.url))

/** One scenario: prepare, open contenders, compare answers, warm up, take turns, write and print. */
export async function measure(name, options) {
  const folder = mkdtempSync(join(tmpdir(), 'recdistill-bench-'))
  const open = []
  try {
    const { threads } = options
    const hello = { threads, seed: 1, simd: options.simd }
    const data = await prepare(scenarios[name], hello, { folder, data: options.data })
    const ours = openPeer(process.execPath, [serveOurs])
    open.push(ours)
    const contenders = [{ name: 'ours', peer: ours, about: await ours.ask('hello', hello) }]
    const scenario = { ...scenarios[name], ...data }
    console.log(`\n${name}: ${data.name}, ${threads} threads`)
    const busy = loadavg()[0]
    if (busy > 1.5) console.log(`The machine is busy (load ${busy.toFixed(1)}): these times are no claim.`)
    for (const python of options.pythons) contenders.push(...(await openTorch(python, scenario, hello, open)))

    for (const contender of contenders) {
      await contender.peer.ask('load', { scenario, folder, variant: contender.variant })
      contender.answers = await contender.peer.ask('check')
      if (contender.name !== 'ours')
        contender.agreement = compareAnswers(scenario, folder, contenders[0].answers, contender.answers)
    }
    await takeTurns(contenders, options)
    if (scenario.teacherDim !== undefined) compareFirstEpochs(scenario, contenders)
    const work = workOf(scenario, data)
    const limits = await measureLimits(work, contenders, threads)
    const result = resultOf(name, { scenario, data, threads, work, limits, contenders })
    writeFileSync(join(options.out, `${name}.json`), `${JSON.stringify(result, null, 1)}\n`)
    console.log(tableOf(result))
  } finally {
    for (const peer of open) peer.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Writes the files everyone starts from, in a process of its own, so that no contender has a past. */
async function prepare(scenario, hello, where) {
  const peer = openPeer(process.execPath, [serveOurs])
  try {
    await peer.ask('hello', hello)
    return (await peer.ask('prepare', { scenario, ...where })).data
  } finally {
    peer.close()
  }
}

/** One process for every variant, so that each has its own parameters and optimiser and none waits in another's way. */
async function openTorch(python, scenario, hello, open) {
  const start = async () => {
    const peer = openPeer(python, ['serve.py'], { cwd: torchFolder, env: tunedAllocator })
    open.push(peer)
    return { peer, about: await peer.ask('hello', hello) }
  }
  const first = await start()
  const out = []
  for (const [variant, settings] of Object.entries(variantsOf(scenario, first.about.fused))) {
    const { peer, about } = out.length === 0 ? first : await start()
    out.push({ name: variant.replace('torch', `torch ${about.version}`), variant: settings, peer, about })
  }
  return out
}

function compareFirstEpochs(scenario, [ours, ...peers]) {
  const first = ({ warmups = [], runs }) => [...warmups, ...runs][0]
  for (const peer of peers) peer.agreement.firstEpochs = compareEpochs(scenario, first(ours), first(peer))
}

/** A B C, B C A, ...: whatever else the machine does meets all of them alike. */
async function takeTurns(contenders, { warmup, rounds }) {
  for (const contender of contenders) contender.runs = []
  for (let round = -warmup; round < rounds; round++) {
    for (let n = 0; n < contenders.length; n++) {
      const contender = contenders[(n + round + warmup) % contenders.length]
      await new Promise((resolve) => setTimeout(resolve, 20))
      const answer = await contender.peer.ask('run')
      if (round >= 0) contender.runs.push(answer)
      else (contender.warmups ??= []).push(answer)
    }
  }
}

/** The best the machine gave anyone here: block copy of ours, triad and dense product of the peers. */
async function measureLimits({ workingSet }, contenders, threads) {
  const megabytes = Math.max(4, workingSet / 2 ** 20)
  const copy = await copyBandwidth(megabytes, threads)
  const limits = { megabytes, copyBytesPerSecond: copy, bytesPerSecond: copy, flops: null }
  const peer = contenders.find(({ name }) => name !== 'ours')?.peer
  if (!peer) return limits
  const { bandwidth, flops } = await peer.ask('limits', { megabytes: [megabytes] })
  const triad = bandwidth[0].bytesPerSecond
  return { ...limits, triadBytesPerSecond: triad, bytesPerSecond: Math.max(copy, triad), flops }
}

function resultOf(scenario, { scenario: settings, data, threads, work, limits, contenders }) {
  const measured = contenders.map(({ name, about, agreement, answers, runs, warmups }) => {
    const milliseconds = summarise(runs)
    const seconds = milliseconds.wall / 1000
    const reached = { bytesPerSecond: work.bytes / seconds, flops: work.flops / seconds }
    return [name, { about, agreement, block: answers.block, milliseconds, reached, runs, warmups }]
  })
  const contendersByName = Object.fromEntries(measured)
  return {
    schema: 1,
    scenario,
    startedAt: new Date().toISOString(),
    revision: revision(),
    machine: machineCard(),
    threads,
    data,
    settings,
    work,
    limits,
    ratios: Object.fromEntries(
      measured
        .slice(1)
        .map(([name, { milliseconds }]) => [name, ratiosOf(milliseconds, measured[0][1].milliseconds)]),
    ),
    contenders: contendersByName,
  }
}

function ratiosOf(theirs, ours) {
  return {
    wall: theirs.wall / ours.wall,
    best: theirs.best / ours.best,
    cpu: theirs.cpu / ours.cpu,
  }
}
