/** Lines a person reads: one row per contender, the peers' time over ours. */
export function tableOf({ contenders, limits }) {
  const ours = contenders.ours
  const head = [
    '',
    'ms',
    'best',
    'cpu ms',
    '/ ours',
    'by best',
    'by cpu',
    'GB/s',
    'of limit',
    'GFLOP/s',
    'of limit',
  ]
  const rows = Object.entries(contenders).map(([name, { milliseconds, reached }]) => [
    name,
    digits(milliseconds.wall),
    digits(milliseconds.best),
    digits(milliseconds.cpu),
    ...['wall', 'best', 'cpu'].map((of) =>
      name === 'ours' ? '' : `${digits(milliseconds[of] / ours.milliseconds[of])}x`,
    ),
    digits(reached.bytesPerSecond / 1e9),
    share(reached.bytesPerSecond, limits.bytesPerSecond),
    digits(reached.flops / 1e9),
    share(reached.flops, limits.flops),
  ])
  return align([head, ...rows])
}

function align(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  return rows
    .map((row) =>
      row.map((cell, n) => (n === 0 ? cell.padEnd(widths[n]) : cell.padStart(widths[n]))).join('  '),
    )
    .join('\n')
}

const digits = (value) =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toPrecision(2)

const share = (value, limit) => (limit ? `${((100 * value) / limit).toFixed(0)} %` : 'n/a')
