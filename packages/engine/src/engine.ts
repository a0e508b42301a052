import type { Csr, Ranking } from '@recdistill/core'
import type { Draws } from './draws.ts'

/** A dense matrix of 32-bit floats in the engine's memory, row-major, with a gradient and Adam moments when it is trained. */
export interface Table {
  readonly name: string
  readonly rows: number
  readonly dim: number
  readonly trainable: boolean
}

export interface AdamOptions {
  readonly lr: number
  readonly weightDecay: number
  readonly beta1?: number // 0.9
  readonly beta2?: number // 0.999
  readonly eps?: number // 1e-8
  /** Rows without a gradient, all zeros in this step, keep values and moments, and the L2 term does not reach them. */
  readonly sparse?: boolean // false
}

/** Symmetric or not, rows of (column, value): what LightGCN propagates with. */
export interface SparseMatrix {
  readonly rows: number
  readonly columns: number
  readonly offsets: Uint32Array // [rows + 1]
  readonly indices: Uint32Array // [entries]
  readonly values: Float32Array // [entries]
}

/** Two tables that follow two others, and how their gradient goes back. Once one of the four is freed, it can be released only. */
export interface MeanOfLayers {
  /** Computes the values of `out` from those of `base`; the gradient of `out` becomes zero. */
  refresh(): void
  /** Adds the pullback of the gradient of `out` to the gradient of `base`; that of `out` becomes zero. */
  pullBack(): void
  /** Gives memory back; the next call takes it anew. */
  release(): void
}

/** Shapes of a dense product: [rows, inner] x [inner, columns]. */
export interface ProductShape {
  readonly rows: number
  readonly inner: number
  readonly columns: number
  /** The left matrix is given as [inner, rows]. */
  readonly transposed?: boolean // false
}

/**
 * Tables of a score that is a weighted product of vectors and a perceptron over others, added up: NeuMF (spec 3.5).
 *
 *     score = output [p_u * q_i ; h_n] + output bias,  h_1 = relu([p'_u ; q'_i] W_1 + b_1),  h_l = relu(h_(l-1) W_l + b_l)
 */
export interface PerceptronTables<T extends Table = Table> {
  readonly user: T // [users, dim]
  readonly item: T // [items, dim]
  readonly deepUser: T // [users, dim]
  readonly deepItem: T // [items, dim]
  /** One or more; the first takes both deep rows, the user's first unless `itemsFirst` says otherwise. */
  readonly layers: readonly { readonly weights: T; readonly bias: T }[] // [width below, width], [1, width]
  readonly output: T // [1, dim + last width]
  readonly outputBias: T // [1, 1]
  /** The item's deep row comes first: the same model with users and items in exchanged places. */
  readonly itemsFirst?: boolean // false
}

/** Scores of pairs by a perceptron. Once one of its tables is freed, it can be released only. */
export interface PairPerceptron {
  /** out[b, j] = score of user users[b] and item items[b, j]; padding scores 0. [rows, k] */
  score(rows: ListRows, out: Float32Array): void
  /** Adds the pullback of `score` to the gradients of all tables. */
  pull(rows: ListRows, grad: Float32Array): void
  /** Scores of the whole catalogue; sums run in another order than those of `score`. [users, items] */
  scoreAll(users: Uint32Array, out: Float32Array): void
  /** Drops what `scoreAll` keeps of the tables: to be called when their values change. */
  forget(): void
  /** Gives memory back; the next call takes it anew. */
  release(): void
}

/** One user row, k item columns: the addressing every list kernel shares. */
export interface ListRows {
  readonly users: Uint32Array // [rows]
  readonly items: Uint32Array // [rows, k]; NO_ITEM is padding: scores 0, pulls nothing, takes no part in any loss
  readonly k: number
}

/**
 * Tables and the heavy work on them. Results are the same bits for any number of threads and any block size.
 * Every id is checked against its table once, at this border; NaN or infinity is a NumericError that names table and row,
 * thrown at the latest when the row is next read.
 */
export interface Engine<T extends Table = Table> {
  readonly driver: 'cpu' | 'tensorflow'
  /** What the tensorflow driver runs on, e.g. `tensorflow 2.21.0 on a GPU`. */
  readonly library?: string
  readonly threads: number
  readonly simd: 'relaxed' | 'simd' | 'none'

  table(name: string, rows: number, dim: number, options: { trainable: boolean }): T
  /** Copies values in; moments and gradient of a trainable table become zero and its step count 0. NaN and infinity are refused. */
  write(table: T, values: Float32Array): void
  /**
   * Current values [rows, dim], every deferred update applied. A view into live memory where it can be (the cpu driver:
   * where `dim` is a multiple of 4), else a copy: read it before the next call, and do not write to it.
   */
  read(table: T): Float32Array
  /** Adam state of a trainable table, every deferred update applied; views under the same terms as `read`. */
  optimizerState(table: T): { m: Float32Array; v: Float32Array; step: number }
  restoreOptimizer(table: T, state: { m: Float32Array; v: Float32Array; step: number }): void
  free(table: T): void

  /**
   * Numbers in the engine's memory, zero at first. Operations read them in place, where any other array is copied in with
   * every call: made for lists that every step of an epoch reads. Ordinary arrays where that memory is scarce. The caller's
   * until `release`.
   */
  makeIds(length: number): Uint32Array
  makeFloats(length: number): Float32Array
  /** Gives back what `makeIds` or `makeFloats` made; neither it nor a view of it may be used again. Other arrays are left alone. */
  release(array: Uint32Array | Float32Array): void
  /** out[n] = row rows[n] of `source` [.., width]. On all threads where both are numbers of this engine. [rows, width] */
  selectRows<T extends Uint32Array | Float32Array>(source: T, width: number, rows: Uint32Array, out: T): void

  /** out[b, j] = <user row users[b], item row items[b, j]>. [rows, k] */
  scoreLists(user: T, item: T, rows: ListRows, out: Float32Array): void
  /** Adds the pullback of `scoreLists` to the gradients of both tables. */
  pullScores(user: T, item: T, rows: ListRows, grad: Float32Array): void
  /**
   * out[b] = log of the sum of e^clamp(score, -clamp, clamp) over the background of row b: all items but the user's row of
   * `exclude` (see `rank`) and the items listed in `rows`, summed directly. Minus infinity where no item is left.
   * An item may be listed twice or be excluded as well. [rows]
   */
  backgroundLogSumExp(
    user: T,
    item: T,
    rows: ListRows,
    exclude: Csr | null,
    clamp: number | null,
    out: Float32Array,
  ): void
  /**
   * Adds the pullback of `backgroundLogSumExp` to the gradients of both tables: the score of each background item gains
   * grad[b] e^(score - background[b]), or nothing beyond the clamp. `background` [rows] is what it wrote for the same
   * arguments and the same values of the tables.
   */
  pullBackground(
    user: T,
    item: T,
    rows: ListRows,
    exclude: Csr | null,
    clamp: number | null,
    grad: Float32Array,
    background: Float32Array,
  ): void
  gatherRows(table: T, ids: Uint32Array, out: Float32Array): void
  /** Adds `grad` rows to the gradient rows `ids`; an id may repeat. */
  pullRows(table: T, ids: Uint32Array, grad: Float32Array): void
  /**
   * Moves the gradient summed since the last step into `out` [rows, dim]; the table's becomes zero. For backbones whose
   * score tables are themselves computed, such as propagated embeddings.
   */
  takeGradient(table: T, out: Float32Array): void
  /** One step of Adam with coupled L2 on every row of the tables (spec 2.2), or on those with a gradient; then the gradients are zero. */
  adam(tables: readonly T[], options: AdamOptions): void

  /**
   * Top-k of the whole catalogue by dot product, streamed; rows of `exclude` (by user id, ascending) left out. They are looked at
   * once and must not change. A score has the same bits in every `rank` and `positions`; `scoreLists` sums in another
   * order and may differ in the last bits.
   */
  rank(user: T, item: T, users: Uint32Array, k: number, exclude: Csr | null): Ranking
  /** Position (0 is best) of given items among all items not in `exclude`; `NO_ITEM` for padding. [rows, k] */
  positions(user: T, item: T, rows: ListRows, exclude: Csr | null, out: Uint32Array): void
  /**
   * out[b, j] = the item at position positions[b, j] (0 is best) of all items not in `exclude`: what a `rank` long enough would
   * hold there, without ranking. `NO_ITEM` where there are not so many items, or the position is `NO_ITEM`. [rows, n]
   */
  itemsAt(
    user: T,
    item: T,
    users: Uint32Array,
    positions: Uint32Array,
    exclude: Csr | null,
    out: Uint32Array,
  ): void
  /** out = left x right, dense and row-major. [rows, columns] */
  product(left: Float32Array, right: Float32Array, shape: ProductShape, out: Float32Array): void
  /** out = matrix x input. [rows, dim] The structure of a matrix is kept: its offsets and indices must not change. */
  propagate(matrix: SparseMatrix, input: Float32Array, dim: number, out: Float32Array): void
  /**
   * Ties two tables to two others of the same shape, the nodes of a graph in both, users first:
   *
   *     out = (I + A + A^2 + ... + A^layers) base / (layers + 1)
   *
   * Rows of `out` may be read from `refresh` to `pullBack`. Nothing else writes to `out`.
   *
   * @param graph Symmetric, no entry twice. It must not change.
   */
  meanOfLayers(
    graph: SparseMatrix,
    layers: number,
    base: readonly [users: T, items: T],
    out: readonly [users: T, items: T],
  ): MeanOfLayers

  /** Scores of pairs by a perceptron over tables of this engine. */
  pairPerceptron(tables: PerceptronTables<T>): PairPerceptron

  /** K1 on rows of one positive and n negatives: adds the gradient of the sum over rows, returns the loss summed over rows. */
  bpr(user: T, item: T, users: Uint32Array, positives: Uint32Array, negatives: Uint32Array, n: number): number
  /** weights[b] * K2(list b), summed over rows and returned; adds `scale` times its gradient. */
  softCrossEntropy(
    user: T,
    item: T,
    rows: ListRows,
    weights: Float32Array,
    teacher: Float32Array,
    temperature: number,
    scale: number,
  ): number
  /**
   * weights[b] * K4(list b), summed over rows and returned; adds `scale` times its gradient. The targets are
   * sigmoid((teacher + shift) / temperature).
   */
  binaryCrossEntropy(
    user: T,
    item: T,
    rows: ListRows,
    weights: Float32Array,
    teacher: Float32Array,
    temperature: number,
    shift: number,
    scale: number,
  ): number
  /**
   * weights[b] * K2 over all items, student against teacher, summed over rows and returned; adds `scale` times its gradient to the
   * student. Both models stand in tables of this engine and rank the same items. Not every driver has it.
   */
  catalogueCrossEntropy?(
    user: T,
    item: T,
    teacherUser: T,
    teacherItem: T,
    users: Uint32Array,
    weights: Float32Array,
    temperature: number,
    scale: number,
  ): number
  /** weights[b] * K3(listed b, background b), summed over rows and returned; adds `scale` times its gradient. */
  relaxedRanking(
    user: T,
    item: T,
    listed: ListRows,
    background: ListRows,
    weights: Float32Array,
    scoreCap: number | null,
    scale: number,
  ): number
  /** weights[b] * ((1 - gamma[b]) K2(top b) + gamma[b] K2(approximate b)), summed and returned; adds `scale` times its gradient. */
  rceKd(
    user: T,
    item: T,
    top: ListRows,
    topTeacher: Float32Array,
    approximate: ListRows,
    approximateTeacher: Float32Array,
    gamma: Float32Array,
    weights: Float32Array,
    temperature: number,
    scale: number,
  ): number

  /** Draws of lists for many users at once; a driver without them leaves all to the samplers. */
  readonly draws?: Draws

  /** Ends the workers and gives the memory back. */
  dispose(): void
}
