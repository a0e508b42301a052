/** Values of a configuration that a result carries: where files lie on one machine says nothing on another. */
export function shareable({
  dataDir: _dataDir,
  cache: _cache,
  ...values
}: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return values
}
