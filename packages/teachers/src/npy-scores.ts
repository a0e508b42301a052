import { InputError } from '@recdistill/core'
import { openNpy } from '@recdistill/formats'
import type { ScoreMatrix } from './score-teacher.ts'

/**
 * A `.npy` file [users, items] as a matrix of which one row is read at a time; the file is held open and nothing else of it.
 * @throws InputError when it is no sound matrix, or lies column by column.
 */
export function openScores(path: string): ScoreMatrix {
  const file = openNpy(path, { infinite: 'keep' })
  const refuse = (problem: string) => {
    file.close()
    throw new InputError(`${path}: ${problem}`)
  }
  if (file.shape.length !== 2)
    refuse(`expected scores of [users, items], got [${file.shape.join(', ')}]; save one matrix`)
  if (file.fortran)
    refuse(
      'its columns lie together (Fortran order), so the scores of one user are spread over all of it; save it with numpy.ascontiguousarray',
    )
  const [rows, columns] = file.shape
  return {
    file: path,
    rows,
    columns,
    row(index) {
      const values = file.rows(index, index + 1)
      if (values.includes(Infinity))
        throw new InputError(
          `${path}: row ${index} (from 0) holds infinity; expected scores, or -Infinity where an item may not be recommended`,
        )
      return values
    },
    close: () => file.close(),
  }
}
