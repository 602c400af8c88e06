import { defineConfig } from 'vite';

// File names carry a hash of their content, so that a browser may keep them for ever; the manifest tells the server
// which they are. Nothing is inlined: the pages allow no inline script or style.
export default defineConfig({
  base: '/static/',
  publicDir: 'public',
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    manifest: 'manifest.json',
    assetsInlineLimit: 0,
    modulePreload: false,
    target: ['chrome111', 'firefox121', 'safari16.4'],
    cssMinify: true,
    rollupOptions: { input: ['src/main.ts', 'made/icons.svg'] },
  },
  css: { preprocessorOptions: { scss: { silenceDeprecations: ['import', 'if-function'], quietDeps: true } } },
});
