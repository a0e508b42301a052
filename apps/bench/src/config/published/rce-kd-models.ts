/** Size, weight decay and parameters of a model in published experiments. */
export interface PublishedModel {
  readonly dim: number
  readonly weightDecay: number
  readonly params: Readonly<Record<string, unknown>>
}
type Models = Readonly<Record<'teacher' | 'student', Readonly<Record<string, PublishedModel>>>>

/**
 * LightGCN and HSTU as the RCE-KD experiments trained them, by data set (spec 3.2 and 3.3). Weight decay of a student is that without a
 * teacher. What is the same everywhere are the defaults of the backbones.
 */
export const rceKdModels: Readonly<Record<string, Models>> = {
  'citeulike-t': {
    teacher: {
      lightgcn: lightgcn(3, 2000, 1e-7),
      hstu: hstu(64, {
        length: 100,
        blocks: 8,
        heads: 4,
        dqk: 8,
        dropout: 0.5,
        drawn: 512,
        temperature: 0.05,
      }),
    },
    student: {
      lightgcn: lightgcn(3, 20, 1e-3),
      hstu: hstuStudent(64, {
        length: 100,
        blocks: 1,
        heads: 2,
        dqk: 8,
        dropout: 0.5,
        drawn: 512,
        temperature: 0.05,
      }),
    },
  },
  gowalla: {
    teacher: {
      lightgcn: lightgcn(4, 2000, 1e-6),
      hstu: hstu(32, {
        length: 100,
        blocks: 8,
        heads: 4,
        dqk: 16,
        dropout: 0.5,
        drawn: 1024,
        temperature: 0.05,
      }),
    },
    student: {
      lightgcn: lightgcn(4, 20, 1e-7),
      hstu: hstuStudent(32, {
        length: 100,
        blocks: 1,
        heads: 1,
        dqk: 16,
        dropout: 0.5,
        drawn: 1024,
        temperature: 0.05,
      }),
    },
  },
  yelp2018: {
    teacher: {
      lightgcn: lightgcn(3, 1000, 1e-7),
      hstu: hstu(32, {
        length: 400,
        blocks: 8,
        heads: 8,
        dqk: 16,
        dropout: 0.7,
        drawn: 2048,
        temperature: 0.1,
      }),
    },
    student: {
      lightgcn: lightgcn(3, 20, 1e-4),
      hstu: hstuStudent(32, {
        length: 400,
        blocks: 1,
        heads: 2,
        dqk: 16,
        dropout: 0.7,
        drawn: 2048,
        temperature: 0.1,
      }),
    },
  },
}

function lightgcn(layers: number, dim: number, weightDecay: number): PublishedModel {
  return { dim, weightDecay, params: { layers } }
}

function hstu(dim: number, params: PublishedModel['params']): PublishedModel {
  return { dim, weightDecay: 1e-5, params: { ...params, dv: 16, inputDropout: 0.5 } }
}

/** Distilled with a mask of dropout for each list, as released. */
function hstuStudent(dim: number, params: PublishedModel['params']): PublishedModel {
  return hstu(dim, { ...params, termDropout: 'list' })
}
