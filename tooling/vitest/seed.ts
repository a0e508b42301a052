import fc from 'fast-check'

/**
 * Laws are tested on the same inputs in every run, so a failure is somebody's change. `RECDISTILL_TEST_SEED` looks
 * elsewhere: a number, or `random` (a failure then prints the seed it was found with).
 */
const asked = process.env.RECDISTILL_TEST_SEED
if (asked !== 'random') fc.configureGlobal({ seed: asked === undefined ? 20 : Number(asked) })
