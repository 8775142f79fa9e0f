// Shows what a push message says, and opens the page it names when it is touched. It keeps nothing and fetches nothing.
"use strict";
self.addEventListener("push", (event) => {
  const told = event.data ? event.data.json() : {};
  const options = { body: told.body || "", tag: told.tag || "", data: told.url || "/", requireInteraction: true };
  event.waitUntil(self.registration.showNotification(told.title || "", options));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data, self.location.origin);
  event.waitUntil(self.clients.openWindow(url.origin === self.location.origin ? url.href : "/"));
});
