import { attribute, DOUBLE, type Device, type FLOAT, type Handle } from './device.ts'

/*
 * Values and gradients of the built-in losses on a block of score lists, in double precision: the lists are small beside the
 * vectors they come from, and scores of 1e4 leave nothing of a 32-bit exponent. The closed forms are those of the plain twins.
 */

/** The loss summed over rows [] and its gradient by the scores [rows, k], 0 at padding. Both in double precision. */
export interface ListLoss {
  readonly loss: Handle
  readonly grad: Handle
}

/** Stands for no item: finite, so that nothing turns into NaN, and nothing beside any score. */
const nothing = Math.fround(-1e30)

/** Column 0 holds the positive's score, the others those of n negatives. Sum over rows of mean over n of softplus(negative - positive). */
export function bprBlock(device: Device, scores: Handle, rows: number, n: number): ListLoss {
  const ops = arithmetic(device)
  const margin = ops.sub(ops.columns(scores, rows, 1, n), ops.columns(scores, rows, 0, 1))
  const loss = ops.scale(ops.total(device.run('Softplus', [margin])), 1 / n)
  const negative = ops.scale(device.run('Sigmoid', [margin]), 1 / n)
  const positive = device.run('Neg', [ops.sumOverList(negative)])
  return {
    loss,
    grad: device.run(
      'ConcatV2',
      [positive, negative, device.int(1)],
      [attribute.int('N', 2), attribute.type('T', DOUBLE)],
    ),
  }
}

/** weights[b] * -sum p log q, p and q the softmax of teacher and student over real items at a temperature. (Spec K2) */
export function crossEntropyBlock(
  device: Device,
  scores: Handle,
  real: Handle | null,
  {
    teacher,
    weights,
    temperature,
    scale,
  }: { teacher: Handle; weights: Handle; temperature: number; scale: number },
): ListLoss {
  const ops = arithmetic(device)
  const logSoftmax = (list: Handle) =>
    device.run('LogSoftmax', [ops.where(real, ops.scale(list, 1 / temperature), nothing)])
  const logQ = logSoftmax(scores)
  const p = ops.where(real, ops.exp(logSoftmax(teacher)), 0)
  const rowLoss = device.run('Neg', [ops.sumOverList(ops.mul(p, logQ))])
  const difference = ops.where(real, ops.sub(ops.exp(logQ), p), 0)
  return {
    loss: ops.total(ops.mul(weights, rowLoss)),
    grad: ops.mul(difference, ops.scale(weights, scale / temperature)),
  }
}

/** weights[b] * sum of softplus(s) - y s against y = sigmoid((t + shift) / temperature). (Spec K4) */
export function binaryCrossEntropyBlock(
  device: Device,
  scores: Handle,
  real: Handle | null,
  {
    teacher,
    weights,
    temperature,
    shift,
    scale,
  }: { teacher: Handle; weights: Handle; temperature: number; shift: number; scale: number },
): ListLoss {
  const ops = arithmetic(device)
  const shifted = shift === 0 ? teacher : ops.sub(teacher, ops.constant(-shift))
  const y = device.run('Sigmoid', [ops.scale(shifted, 1 / temperature)])
  const terms = ops.sub(device.run('Softplus', [scores]), ops.mul(y, scores))
  const difference = ops.sub(device.run('Sigmoid', [scores]), y)
  return {
    loss: ops.total(ops.mul(weights, ops.sumOverList(ops.where(real, terms, 0)))),
    grad: ops.where(real, ops.mul(difference, ops.scale(weights, scale)), 0),
  }
}

/**
 * weights[b] * sum over k of log D_k - a_k, where D_k sums exp over the listed scores from k on and all background scores.
 * D and the sums of its reciprocals come from cumulative log-sum-exp. (Spec K3)
 */
export function relaxedRankingBlock(
  device: Device,
  listed: { readonly scores: Handle; readonly real: Handle | null; readonly k: number },
  background: { readonly scores: Handle; readonly real: Handle | null } | null,
  {
    rows,
    weights,
    cap,
    scale,
  }: { readonly rows: number; readonly weights: Handle; readonly cap: number | null; readonly scale: number },
): { readonly loss: Handle; readonly listedGrad: Handle; readonly backgroundGrad: Handle | null } {
  const ops = arithmetic(device)
  const { k } = listed
  const capped = ({ scores, real }: { scores: Handle; real: Handle | null }) =>
    ops.where(real, cap === null ? scores : device.run('Minimum', [scores, ops.constant(cap)]), nothing)
  // 1 below the cap, 0 above, a half at it
  const slope = (scores: Handle) => {
    if (cap === null) return null
    const sign = device.run('Sign', [ops.sub(ops.constant(cap), scores)])
    return ops.scale(device.run('AddV2', [sign, ops.constant(1)]), 0.5)
  }
  const pulled = (grad: Handle, { scores, real }: { scores: Handle; real: Handle | null }) => {
    const slopes = slope(scores)
    const sloped = slopes === null ? grad : ops.mul(grad, slopes)
    return ops.where(real, ops.mul(sloped, ops.scale(weights, scale)), 0)
  }

  const a = capped(listed)
  const b = background === null ? null : capped(background)
  const tail = b === null ? ops.filled(rows, nothing) : ops.logSumExp(b)
  const withTail = device.run(
    'ConcatV2',
    [a, tail, device.int(1)],
    [attribute.int('N', 2), attribute.type('T', DOUBLE)],
  )
  const logD = ops.columns(ops.cumulativeLogSumExp(withTail, { reverse: true }), rows, 0, k)
  const loss = ops.total(ops.mul(weights, ops.sumOverList(ops.where(listed.real, ops.sub(logD, a), 0))))
  // log of the sum over k <= m of 1 / D_k
  const reciprocals = ops.cumulativeLogSumExp(ops.where(listed.real, device.run('Neg', [logD]), nothing), {
    reverse: false,
  })
  const listedGrad = ops.sub(ops.exp(device.run('AddV2', [a, reciprocals])), ops.constant(1))
  const all = ops.columns(reciprocals, rows, k - 1, 1)
  return {
    loss,
    listedGrad: pulled(listedGrad, listed),
    backgroundGrad:
      b === null || background === null ? null : pulled(ops.exp(device.run('AddV2', [b, all])), background),
  }
}

/** The few operations these forms are made of, on doubles. */
export function arithmetic(device: Device) {
  /** Exact beyond 32 bits: the binding takes no doubles. */
  const constant = (value: number) => {
    const high = Math.fround(value)
    const rounded = cast(device, device.float(high), DOUBLE)
    if (value === high) return rounded
    return device.run('AddV2', [rounded, cast(device, device.float(value - high), DOUBLE)])
  }
  const keep = [attribute.bool('keep_dims', true)]
  const mul = (x: Handle, y: Handle) => device.run('Mul', [x, y])
  const sub = (x: Handle, y: Handle) => device.run('Sub', [x, y])
  const exp = (x: Handle) => device.run('Exp', [x])
  const sumOverList = (x: Handle) => device.run('Sum', [x, device.list(1)], keep)
  return {
    mul,
    sub,
    exp,
    sumOverList,
    constant,
    scale: (x: Handle, factor: number) => (factor === 1 ? x : mul(x, constant(factor))),
    total: (x: Handle) => device.run('Sum', [x, device.list(0, 1)]),
    columns: (x: Handle, rows: number, from: number, count: number) =>
      device.run('Slice', [x, device.list(0, from), device.list(rows, count)]),
    filled: (rows: number, value: number) => device.run('Fill', [device.list(rows, 1), constant(value)]),
    where: (real: Handle | null, x: Handle, otherwise: number) =>
      real === null ? x : device.run('SelectV2', [real, x, constant(otherwise)]),
    logSumExp: (x: Handle) => {
      const top = device.run('Max', [x, device.list(1)], keep)
      return device.run('AddV2', [top, device.run('Log', [sumOverList(exp(sub(x, top)))])])
    },
    cumulativeLogSumExp: (x: Handle, { reverse }: { reverse: boolean }) =>
      device.run('CumulativeLogsumexp', [x, device.int(1)], [attribute.bool('reverse', reverse)]),
  }
}

export function cast(device: Device, tensor: Handle, to: typeof FLOAT | typeof DOUBLE): Handle {
  return device.run('Cast', [tensor], [attribute.type('DstT', to)])
}
