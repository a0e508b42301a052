import { InputError, unknownName } from '@recdistill/core'
import type { Precision } from '@recdistill/serve'
import type { Deployable, Form, ParameterForm, VectorForm } from './deployable.ts'
import { writeBundle } from './to-bundle.ts'
import { writeNpzModel } from './to-npz.ts'
import { writeOnnx } from './to-onnx.ts'
import { writeParquetTables } from './to-parquet.ts'
import { writePgvector } from './to-pgvector.ts'
import { writeBestItems } from './to-recommendations.ts'
import { writeQdrant } from './to-qdrant.ts'
import { writeSafetensorsModel } from './to-safetensors.ts'
import type { HowToLoad, WriteContext } from './writer.ts'

export interface Format {
  readonly about: string
  readonly precisions: readonly Precision[]
  /** Ids lie in files beside it, as users.json and items.json. */
  readonly needsIdMaps: boolean
  /** Models without vectors that it takes: by backbone, or all. */
  readonly parameters: 'all' | readonly string[]
  write(model: Deployable, context: WriteContext): Promise<HowToLoad>
}

const vectorsOnly = { parameters: [] } as const

export const formats = {
  safetensors: {
    about: 'tables as named tensors, for PyTorch, JAX, NumPy, Rust',
    precisions: ['f32', 'f16', 'int8'],
    needsIdMaps: true,
    parameters: 'all',
    write: writeSafetensorsModel,
  },
  npz: {
    about: 'tables, ids and seen items as NumPy arrays',
    precisions: ['f32', 'f16', 'int8'],
    needsIdMaps: false,
    parameters: 'all',
    write: writeNpzModel,
  },
  onnx: {
    about: 'a graph from user to best items with scores, for ONNX Runtime',
    precisions: ['f32', 'f16', 'int8'],
    needsIdMaps: true,
    parameters: ['neumf'],
    write: writeOnnx,
  },
  parquet: {
    about: 'users, items and seen items as tables, for data warehouses and DuckDB',
    precisions: ['f32'],
    needsIdMaps: false,
    ...vectorsOnly,
    write: writeParquetTables,
  },
  pgvector: {
    about: 'an SQL script for PostgreSQL with pgvector: tables, index, a function that recommends',
    precisions: ['f32', 'f16'],
    needsIdMaps: false,
    ...vectorsOnly,
    write: writePgvector,
  },
  qdrant: {
    about: 'collections and points for Qdrant, as its HTTP interface takes them',
    precisions: ['f32', 'f16', 'int8'],
    needsIdMaps: false,
    ...vectorsOnly,
    write: writeQdrant,
  },
  bundle: {
    about: 'one file for @recdistill/serve: Node, browsers, Deno, Bun, edge workers',
    precisions: ['f32', 'f16', 'int8'],
    needsIdMaps: false,
    ...vectorsOnly,
    write: writeBundle,
  },
  recommendations: {
    about: 'the best items of every user as a table, for what is filled once a night',
    precisions: ['f32', 'f16', 'int8'],
    needsIdMaps: false,
    parameters: 'all',
    write: writeBestItems,
  },
} as const satisfies Record<string, Format>

export type FormatName = keyof typeof formats
export const formatNames = Object.keys(formats) as FormatName[]
export const precisions: readonly Precision[] = ['f32', 'f16', 'int8']

/** A name, or several with commas between them, each once. @throws InputError for an unknown one. */
export function parseFormats(text: string): FormatName[] {
  const names = text.split(',').map((name) => name.trim())
  for (const name of names)
    if (!formatNames.includes(name as FormatName))
      throw new InputError(`--to: ${unknownName('format', name, formatNames, 'there are')}`)
  return [...new Set(names as FormatName[])]
}

/** @throws InputError when a format cannot hold the model or the precision; the line names those that can. */
export function expectFits(
  { form }: Pick<Deployable, 'form'>,
  to: readonly FormatName[],
  precision: Precision,
): void {
  for (const name of to) {
    const format: Format = formats[name]
    if (!takes(format, form)) {
      const others = formatNames.filter((other) => takes(formats[other], form))
      throw new InputError(
        `--to ${name}: it holds vectors, but a score of "${nameOf(form)}" is no dot product of any; export it to ${others.join(', ')}`,
      )
    }
    const held =
      form.kind === 'vectors' ? format.precisions : format.precisions.filter((each) => each === 'f32')
    if (!held.includes(precision)) {
      const others = formatNames.filter((other) =>
        (formats[other].precisions as readonly Precision[]).includes(precision),
      )
      throw new InputError(
        form.kind === 'vectors'
          ? `--dtype ${precision}: ${name} holds ${held.join(' or ')}; choose one of these, or of the formats ${others.join(', ')}`
          : `--dtype ${precision}: parameters of "${nameOf(form)}" are exported as f32`,
      )
    }
  }
}

function nameOf(form: Form): string {
  return form.kind === 'parameters' ? form.backbone : 'a model of vectors'
}

function takes({ parameters }: Format, form: VectorForm | ParameterForm): boolean {
  return form.kind === 'vectors' || parameters === 'all' || parameters.includes(form.backbone)
}
