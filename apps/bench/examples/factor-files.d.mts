/** Files in the layouts of RecBole, implicit and LightFM, top-K lists and a score matrix, of a small model for a named data set. */
export function writeFactorFiles(folder: string, dataset?: string): Promise<void>
