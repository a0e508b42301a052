import { defineConfig } from 'vite'

/** Addresses are relative, so that the built page can lie in any folder of any server. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  build: { target: 'es2022', assetsInlineLimit: 0 },
  server: { port: 4173 },
  preview: { port: 4173 },
})
