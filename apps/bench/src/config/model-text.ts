/** `mf:400` in its parts, the reference of a backbone and its size; null where it is not of that form. A path may hold colons. */
export function partsOfModel(text: string): { readonly backbone: string; readonly dim?: number } | null {
  const [, backbone, dim] = /^(.+?)(?::([1-9]\d{0,4}))?$/.exec(text) ?? []
  if (backbone === undefined || (backbone.includes(':') && !isUrlOrDrive(backbone))) return null
  return dim === undefined ? { backbone } : { backbone, dim: Number(dim) }
}

function isUrlOrDrive(reference: string): boolean {
  return /^(file|[a-z]):[^:]+$/i.test(reference)
}
