import { loadMethods } from './registry/catalogue.ts'

export { loadMethods, methodNames } from './registry/catalogue.ts'
export { loadMethod } from './registry/load-method.ts'
export { default as bd } from './bd.ts'
export { default as cd } from './cd.ts'
export { default as dcd } from './dcd.ts'
export { default as freqd } from './freqd.ts'
export { default as ftd } from './ftd.ts'
export { default as hetcomp } from './hetcomp.ts'
export { default as htd } from './htd.ts'
export { default as irRrd } from './ir-rrd.ts'
export { default as rceKd } from './rce-kd.ts'
export { default as rd } from './rd.ts'
export { default as rrd } from './rrd.ts'
export { default as unkd } from './unkd.ts'
export { default as vanillaCe } from './vanilla-ce.ts'

/** Every method in this folder, by name. One file more is one method more: nothing here names them. */
export const methods = await loadMethods()
