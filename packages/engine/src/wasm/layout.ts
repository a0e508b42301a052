/** What the kernels and their caller agree on. This file is compiled twice: as TypeScript and as AssemblyScript. */

/** Work that is split over threads; one number a kernel. */
export enum Kernel {
  checkIds,
  catchUp,
  listRows,
  bprRows,
  laneRows,
  accumulate,
  gather,
  selectRows,
  norms,
  pack,
  rank,
  propagate,
  layersIn,
  layersDeliver,
  layers,
  layersJoin,
  layersClear,
  backgroundUsers,
  backgroundSums,
  backgroundPull,
  backgroundJoin,
  catalogueLoss,
  drawFirst,
  drawNearlyClosed,
  drawByCorrection,
  drawByPosition,
  drawExcept,
  drawUnseen,
  drawBestOfTwo,
  drawInOrder,
  fillOverlap,
  fillByPlace,
  product,
  pairScores,
  pairPull,
  pairSums,
  pairCatalogue,
}

/** What a row of lists is for. */
export enum Mode {
  score,
  pull,
  softCrossEntropy,
  rceKd,
  relaxedRanking,
  bpr,
  binaryCrossEntropy,
}

/** Tables all of whose rows are brought up to date, marked or not. */
export enum All {
  users = 1,
  items = 2,
}

/** Words of the control block at the start of the heap. */
export enum Control {
  generation = 0,
  sleepers = 1,
  done = 2,
  waiting = 3,
  claim = 4, // two words: generation, chunks left
  chunks = 6,
  kernel = 7,
  quit = 8,
  failed = 9,
  badId = 10,
  bad = 12, // two words: row, table
  args = 16,
  words = 128,
}

/** Words of a table's header. */
export enum Head {
  rows,
  dim,
  stride, // floats from row to row: dim rounded up to 4
  values,
  grad,
  m,
  v,
  need, // bytes: the row is about to be read
  dirty, // bytes: the row has a data gradient; one array a lane
  lanes, // gradients kept apart, so that threads can add to them side by side
  laneBytes, // from the gradient of one lane to the next
  laneMarks, // from the dirty bytes of one lane to the next
  last, // words: the step each row has reached
  step,
  constants, // [stepSize, rootScale] of step first + n
  first,
  weightDecay,
  beta1,
  rest1,
  beta2,
  rest2,
  eps,
  sparse, // 1: a step is for the rows that have a gradient
  words,
}

/** Words of the arguments of a kernel. */
export enum Arg {
  user,
  item,
  userChunks,
  itemChunks,
  all,
  rows,
  chunkRows,
  laneRows,
  users,
  items0,
  k0,
  items1,
  k1,
  pad0,
  pad1,
  teacher0,
  teacher1,
  gamma,
  weights,
  inverseTemperature,
  scale,
  cap,
  grad0,
  grad1,
  records,
  offsets,
  userGrad,
  loss,
  scratch,
  scratchBytes,
  parts,
  shift,
  userParts,
  userShift,
  zeros,
  mode,
  out,
  tiles,
  tileItems,
  tileBounds,
  norms,
  k,
  capacity,
  excludeOffsets,
  exclude,
  outItems,
  outScores,
  hints,
  newHints,
  hintWidth,
  slack,
  places,
  groupTiles,
  offsetsOfRows,
  indices,
  values,
  input,
  dim,
  asked,
  slotBytes,
  needs,
  teacherShift,
  key0,
  key1,
  firstUser,
  size,
  unsure,
  from,
  numItems,
  table,
  blocks,
  kept,
  pending,
  rowsOfThread,
  order,
  edges,
  layers,
  firstLayer,
  lastLayer,
  back,
  pieces,
  bounds,
  byBlock,
  outUser,
  outItem,
  rowStep,
  innerStep,
  inner,
  adds,
  slots,
  ofUsers,
  ofItems,
  network,
  partBytes,
  ids,
}

/** Words that describe the perceptron of pairs; those of its layers above the first follow. */
export enum Network {
  upper, // layers above the first
  width, // of the first layer
  bytes, // of a row of the first layer, padded
  product, // pointer: weights of the product of vectors
  top, // pointer: weights of the last layer, padded
  topBytes,
  bias,
  activations, // bytes of all layers of a block of pairs
  widest, // bytes of the widest padded row
  words,
}

/** Words of a layer above the first. Sums over pairs stand where `toWeights` and `toBias` say, from the start of a part. */
export enum Upper {
  inner, // width of the layer below
  innerBytes, // of a row of it, padded
  width,
  bytes,
  below, // where the activations below begin, from the first
  weights,
  transposed,
  bias,
  toWeights,
  toBias,
  words,
}

/** Pairs that go through the layers together. */
export enum Pairs {
  block = 64,
}

/** How a draw by corrections is made: flags. */
export enum Corrected {
  /** By their negative parts, not their positive ones. */
  over = 1,
  /** Weights have a floor even where enough of them are above 0. */
  floored = 2,
  inDrawOrder = 4,
}

/** What is asked of the catalogue. */
export enum Asked {
  best,
  positions,
  items,
}

/** Keys of a race that are nearer to each other, relative to themselves, may stand in another order than their exact values. */
export enum Race {
  oneIn = 250000,
}

/** Buckets that keys are sorted into at most. */
export enum Sorting {
  buckets = 4096,
}

/** How the items at given positions are found: tiles that are looked at first, and buckets of what is collected. */
export enum Selection {
  tiles = 128,
  buckets = 1024,
}

/** Rows of users scored together against one tile, and items of a tile. */
export enum Tile {
  users = 4,
  items = 8,
}

/** Sums over whole backgrounds: users side by side, items of a group, and users that share a group's scratch memory. */
export enum Background {
  users = 8,
  items = 40,
  batch = 64,
}

/** Rows of a table that go into or come out of the blocks of columns at once. */
export enum Layers {
  rows = 128,
}
