/** What is mixed, row-major. */
export interface MixtureInput {
  readonly rows: number
  readonly inputs: number
  readonly experts: number
  /** Hidden units of one expert. */
  readonly hidden: number
  readonly outputs: number
  readonly x: Float32Array // [rows, inputs]
  readonly weights: Float32Array // [rows, experts]
  /** Read unless layers of the same key, by identity of what it holds, were used lately: layers with equal keys are equal. */
  readonly layers: { readonly key: readonly object[]; read(): MixtureLayers }
}

export interface MixtureLayers {
  readonly first: Float32Array // [inputs, experts * hidden]
  readonly firstBias: Float32Array // [experts * hidden]
  readonly second: Float32Array // [experts * hidden, outputs]
  readonly secondBias: Float32Array // [experts, outputs]
}

/** Of a mixture; each has the shape of what it is the gradient of. */
export interface MixtureGradients extends MixtureLayers {
  readonly x: Float32Array
  readonly weights: Float32Array
}
