const decimal = `'[+-]?([0-9]+(,[0-9]+)?|,[0-9]+)([eE][+-]?[0-9]+)?'`
const thousands = `'[+-]?[1-9][0-9]{0,2},[0-9]{3}'`

/** SQL of a text as a number with a decimal comma, "4,5" as 4.5; NULL where it is none, and where it has a point. */
export function commaNumber(text: string): string {
  return `CASE WHEN regexp_full_match(trim(${text}), ${decimal}) THEN TRY_CAST(replace(trim(${text}), ',', '.') AS DOUBLE) END`
}

/**
 * Whether a column of texts holds numbers with a decimal comma, as spreadsheets of many countries write them.
 *
 * `no` where a text is no such number, or none has a comma; `unclear` where every comma may as well separate thousands, as in "1,234".
 * @param rows Runs SQL.
 */
export async function decimalComma(
  rows: (sql: string) => Promise<unknown[][]>,
  { table, text }: { readonly table: string; readonly text: string },
): Promise<'yes' | 'no' | 'unclear'> {
  const [[all, some, clear]] = await rows(
    `SELECT bool_and(coalesce(regexp_full_match(trim(${text}), ${decimal}), false)), bool_or(contains(${text}, ',')),
       bool_or(contains(${text}, ',') AND NOT regexp_full_match(trim(${text}), ${thousands})) FROM ${table}`,
  )
  if (all !== true || some !== true) return 'no'
  return clear === true ? 'yes' : 'unclear'
}
