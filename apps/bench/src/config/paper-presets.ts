export interface Preset {
  readonly about: string
  readonly values: Readonly<Record<string, unknown>>
}

const table1 = {
  dataset: 'citeulike-t',
  split: 'rce-kd',
  protocol: 'rce-kd',
  methods: ['cd', 'rrd', 'dcd', 'hetcomp', 'rce-kd'],
  seeds: 5,
  epochs: 1000,
  patience: 30,
}

/** No values for LightGCN are published: those of MF and HSTU teachers. */
const portOfDcd = {
  variant: 'port',
  K: 100,
  T: 10,
  maxK: 500,
  scoreCap: 80,
  lambda: 0.01,
  weightDecay: 1e-5,
  batch: 2048,
}

/** Experiments of papers: their data, split, protocol, models and stopping rule. */
export const paperPresets: Readonly<Record<string, Preset>> = {
  'rce-kd': {
    about: "the RCE-KD paper's protocol on CiteULike-t: MF 400 to MF 20, patience of 30 validations",
    values: {
      dataset: 'citeulike-t',
      split: 'rce-kd',
      protocol: 'rce-kd',
      teacher: { backbone: 'mf', dim: 400, weightDecay: 1e-3 },
      student: { backbone: 'mf', dim: 20, weightDecay: 1e-3 },
      epochs: 1000,
      patience: 30,
    },
  },
  paper: {
    about:
      'the stopping rule and protocol of the papers; models and hyper-parameters are the authors’ for the data set and pair of backbones, where there are any',
    values: {
      dataset: 'citeulike-t',
      split: 'rce-kd',
      protocol: 'rce-kd',
      epochs: 1000,
      patience: 30,
    },
  },
  'rce-kd-table1': {
    about:
      'Table 1 of the RCE-KD paper: every method of it that has a public description, five seeds, beside the published numbers',
    values: table1,
  },
  'rce-kd-table1-lightgcn': {
    about:
      'the same table for LightGCN 2000 to LightGCN 20; a teacher of 2000 takes hours, --teacher lightgcn:400 a fifth of them',
    values: {
      ...table1,
      teacher: { backbone: 'lightgcn' },
      student: { backbone: 'lightgcn' },
      dcd: portOfDcd,
    },
  },
  'rce-kd-table1-lightgcn-mf': {
    about: 'the same table for LightGCN 2000 to MF 20',
    values: { ...table1, teacher: { backbone: 'lightgcn' }, student: { backbone: 'mf' }, dcd: portOfDcd },
  },
  'rce-kd-table1-hstu': {
    about:
      'the same table for HSTU of 8 blocks to MF 20; smaller with --set teacher.blocks=2 teacher.length=50',
    values: { ...table1, teacher: { backbone: 'hstu' }, student: { backbone: 'mf' } },
  },
  'rce-kd-table1-hstu-hstu': {
    about: 'the same table for HSTU of 8 blocks to HSTU of one',
    values: { ...table1, teacher: { backbone: 'hstu' }, student: { backbone: 'hstu' } },
  },
  'de-rrd': {
    about: 'DE-RRD and IR-RRD on CiteULike-t: leave one out against 499 sampled items, MF 200 to MF 20',
    values: {
      dataset: 'citeulike-t',
      split: 'loo',
      protocol: 'loo-499',
      teacher: { backbone: 'mf', dim: 200, weightDecay: 1e-3, batch: 1024 },
      student: { backbone: 'mf', dim: 20, weightDecay: 1e-3, batch: 1024 },
      methods: ['de', 'rrd', 'de-rrd', 'ir-rrd'],
      epochs: 1000,
      patience: 20,
    },
  },
  topology: {
    about: 'FTD and HTD on CiteULike-t: leave one out, full ranking, MF 200 to MF 20, 100 epochs',
    values: {
      dataset: 'citeulike-t',
      split: 'loo',
      protocol: 'loo-full',
      teacher: { backbone: 'mf', dim: 200, weightDecay: 1e-3, batch: 1024 },
      student: { backbone: 'mf', dim: 20, weightDecay: 1e-3, batch: 1024 },
      methods: ['ftd', 'htd'],
      epochs: 100,
      patience: 100,
      validateEvery: 10,
    },
  },
  hetcomp: {
    about: 'HetComp alone on CiteULike-t, in its own split and protocol: to MF 6; --teachers for several',
    values: {
      dataset: 'citeulike-t',
      split: 'hetcomp',
      protocol: 'hetcomp',
      student: { backbone: 'mf', dim: 6, weightDecay: 1e-5, batch: 1024 },
      methods: ['hetcomp'],
      epochs: 1000,
      patience: 5,
      validateEvery: 10,
    },
  },
  unkd: {
    about: 'UnKD on CiteULike-t with a group of users to validate and one to test: MF 100 to MF 10',
    values: {
      dataset: 'citeulike-t',
      split: 'unkd',
      protocol: 'unkd',
      teacher: { backbone: 'mf', dim: 100, lr: 0.01, batch: 2048 },
      student: { backbone: 'mf', dim: 10, lr: 0.01, batch: 2048 },
      methods: ['unkd'],
      // The example of its release, whose losses are both means: the same weights between our sums.
      unkd: { G: 4, size: 30, lambda: 1, weightDecay: 1e-3 },
      epochs: 1000,
      patience: 20,
      validateEvery: 5,
    },
  },
  bd: {
    about:
      'Bidirectional Distillation on CiteULike-t: both models train, MF 50 and MF 5, full ranking at 50 to 200',
    values: {
      dataset: 'citeulike-t',
      split: 'bd',
      protocol: 'bd',
      // Its code leaves tables as they are made, N(0, 1).
      teacher: { backbone: 'mf', dim: 50, init: 1, weightDecay: 1e-3, batch: 128 },
      student: { backbone: 'mf', dim: 5, init: 1, weightDecay: 0, batch: 128 },
      methods: ['bd'],
      epochs: 101,
      patience: 101,
    },
  },
  'bd-cdae': {
    about: 'the same for CDAE 50 and CDAE 5',
    values: {
      dataset: 'citeulike-t',
      split: 'bd',
      protocol: 'bd',
      // One pass of its code serves both terms, dropout included.
      teacher: { backbone: 'cdae', dim: 50, weightDecay: 1e-3, termDropout: 'batch' },
      student: { backbone: 'cdae', dim: 5, weightDecay: 1e-3, termDropout: 'batch' },
      methods: ['bd'],
      epochs: 1001,
      patience: 1001,
    },
  },
}
