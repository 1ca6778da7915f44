// Run once by the image, as root, when the data folder is made: the application reads and writes its own database.
db.getSiblingDB('swiftdrop').createUser({
  user: 'swiftdrop',
  pwd: process.env.SWIFTDROP_PASSWORD,
  roles: [{ role: 'readWrite', db: 'swiftdrop' }],
});
