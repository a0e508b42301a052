/** A backbone and its size, as `mf 64`; without the size where it has none, as `popularity`. */
export function modelKind({ name, dim }: { readonly name: string; readonly dim: number }): string {
  return dim > 0 ? `${name} ${dim}` : name
}
