/* What our kernels of the TensorFlow.js wasm backend do, on its memory. Addresses are bytes; all elements are f32 or u32. */

export { dropout, pullUnits, rectify } from './dropout'
export { gumbel } from './gumbel'
export { products } from './products'
export { dropRows, layerNorms, pullLayerNorms } from './row-jobs'
export { addRows, gatherRows, spread, sumRows } from './rows'
export { sparseProduct, transposedProduct } from './sparse-product'
export { abandon, dismiss, serve, teamBytes } from './team'
