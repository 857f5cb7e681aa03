addEventListener('install', () => self.skipWaiting())
addEventListener('activate', event => event.waitUntil(clients.claim()))
addEventListener('fetch', event => {
  if (new URL(event.request.url).pathname === '/only-from-the-worker') event.respondWith(new Response('worker'))
})
