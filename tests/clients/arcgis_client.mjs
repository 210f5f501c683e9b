// Drives the notebooks dialect with @esri/arcgis-rest-request, and counts how often a deletion reached the server.
//
// Usage: node arcgis_client.mjs PACKAGES BASE REQUEST_LOG USER PASSWORD
// PACKAGES is the folder with node_modules, BASE is http://HOST:PORT/arcgis. `gis_joe` has a workspace and a running
// container, `gis_jane` and `gis_jim` a workspace.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [packages, base, log, username, password] = process.argv.slice(2);
const { ArcGISIdentityManager, request } = createRequire(`${packages}/`)("@esri/arcgis-rest-request");

const ADMIN = `${base}/notebooks/admin`;
const DELETE = `${ADMIN}/dataaccess/deleteUserWorkspace`;
const BUSY = "Failed to delete user workspace. The user has actively running containers.";

const posts = () =>
  readFileSync(log, "utf8").split("\n").filter((line) => line.startsWith(`POST ${new URL(DELETE).pathname} `)).length;

async function once(times, call) {
  const before = posts();
  const result = await call();
  assert.equal(posts() - before, times);
  return result;
}

const remove = (authentication, userName) => request(DELETE, { authentication, params: { userName } });

async function names(authentication) {
  const listed = await request(`${ADMIN}/dataaccess/listUserWorkspaces`, { authentication, httpMethod: "GET" });
  return listed.Containers.map((one) => one.Name);
}

const portal = `${base}/sharing/rest`;
await assert.rejects(ArcGISIdentityManager.signIn({ username, password: "wrong", portal }), /Unable to generate token/);
const admin = await ArcGISIdentityManager.signIn({ username, password, portal });
assert.deepEqual(await names(admin), ["gis_jane", "gis_jim", "gis_joe"]);
console.log("token, list: ok");

await once(1, () =>
  assert.rejects(remove(admin, "gis_joe"), { name: "ArcGISRequestError", code: 500, message: `500: ${BUSY}` }),
);
console.log("busy refusal: ok, one POST");

await once(1, () => assert.rejects(remove("no-such-token", "gis_jane"), { name: "ArcGISAuthError", code: 498 }));
console.log("invalid token: ok, one POST");

const { containers } = await request(`${ADMIN}/system/containers`, { authentication: admin });
const [container] = containers.filter((one) => one.username === "gis_joe");
const ended = await request(`${ADMIN}/system/containers/${container.id}/terminateContainer`, { authentication: admin });
assert.deepEqual(ended, { status: "success" });
console.log("terminate: ok");

assert.deepEqual(await once(1, () => remove(admin, "gis_joe")), { status: "success" });
assert.deepEqual(await names(admin), ["gis_jane", "gis_jim"]);
console.log("delete: ok, one POST");

assert.deepEqual(await once(1, () => remove(admin.token, "gis_jane")), { status: "success" });
await once(1, () => assert.rejects(remove(admin.token, "gis_jane"), { name: "ArcGISRequestError", code: 404 }));
console.log("delete with a ready token: ok, one POST");

const job = await request(DELETE, { authentication: admin, params: { userName: "gis_jim", async: true } });
const look = () => request(`${ADMIN}/system/jobs/${job.jobId}`, { authentication: admin });
let seen = await look();
for (let looks = 0; seen.status !== "COMPLETED"; looks += 1) {
  assert.ok(looks < 200 && ["SUBMITTED", "PROCESSING"].includes(seen.status), JSON.stringify(seen));
  await new Promise((later) => setTimeout(later, 50));
  seen = await look();
}
assert.deepEqual(seen.results, { status: "success" });
console.log("job: ok");
