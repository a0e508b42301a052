// What the root scripts call: node tooling/bootstrap/run.mjs JOB [ARGUMENTS]. Plain Node, no dependencies. This file has
// to parse on very old Nodes to be able to refuse them politely; everything newer stands behind the import at the end.
const [major, minor] = process.versions.node.split('.').map(Number)
const supported =
  (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major === 23 || major >= 24

if (supported) {
  import('./src/main.mjs').then(({ main }) => main(process.argv.slice(2)))
} else {
  console.error(
    `recdistill: needs Node 20.19 or later (of 22: 22.12 or later), found ${process.versions.node}; get one from https://nodejs.org`,
  )
  process.exitCode = 1
}
