/* What our kernels of the TensorFlow.js wasm backend do, on its memory. Addresses are bytes; all elements are f32 or u32. */

export { SCRATCH, matmul } from './batch-matmul'
export { dropout, pullUnits, rectify } from './dropout'
export { gumbel } from './gumbel'
export { layerNorm, pullLayerNorm } from './layer-norm'
export { addRows, gatherRows, spread, sumRows } from './rows'
export { sparseProduct, transposedProduct } from './sparse-product'
