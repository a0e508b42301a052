/** Who may import whom (docs/decisions/0001). A package not listed as a dependency is an error wherever it is imported. */
export const directions = {
  core: [],
  data: ['core'],
  tensor: ['core'],
  engine: ['core', 'tensor'],
  samplers: ['core'],
  losses: ['tensor'],
  plugin: ['core', 'samplers', 'tensor'],
  backbones: ['core', 'engine', 'tensor', 'plugin'],
  metrics: ['core'],
  methods: ['plugin', 'losses', 'samplers'],
  trainer: ['core', 'engine', 'tensor', 'plugin', 'samplers', 'losses', 'backbones', 'metrics'],
  report: ['core'],
  formats: ['core'],
  http: ['serve'],
  serve: [],
  testkit: ['core', 'tensor'],
}
