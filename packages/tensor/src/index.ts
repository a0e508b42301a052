export * as tf from '@tensorflow/tfjs'
export type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
