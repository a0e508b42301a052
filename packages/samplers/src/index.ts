export { isDue, type Ranked, type Refresh, type Row } from './row.ts'
