/** Files in a word or two: of more than three the first, and how many more there are. */
export function nameFiles(names: readonly string[], joint: string): string {
  return names.length > 3 ? `${names[0]}${joint}${names.length - 1} more` : names.join(joint)
}
