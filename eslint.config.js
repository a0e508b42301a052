export { default } from '@recdistill/lint'
