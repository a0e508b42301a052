/** How commands are typed where this one was: by the script of a checkout, which has no binary on the path, or by name. */
export function programOf({ npm_package_name, npm_lifecycle_event }: NodeJS.ProcessEnv): string {
  const ofCheckout =
    npm_package_name === 'recdistill-monorepo' && /^(bench|recdistill)$/.test(npm_lifecycle_event ?? '')
  return ofCheckout ? 'npm run recdistill --' : 'recdistill'
}

export const program = programOf(process.env)
