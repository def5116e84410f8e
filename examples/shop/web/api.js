const BASE = "/api/v1";

export const session = {
  get token() { return localStorage.getItem("token"); },
  start(token) { localStorage.setItem("token", token); },
  end() { localStorage.removeItem("token"); },
};

async function request(method, path, body) {
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (session.token) headers.Authorization = `Bearer ${session.token}`;
  const response = await fetch(BASE + path, { method, headers, body: body && JSON.stringify(body) });
  const data = response.status === 204 ? null : await response.json();
  if (response.ok) return data;
  const detail = Array.isArray(data.detail) ? data.detail.map((error) => error.msg).join(", ") : data.detail;
  throw new Error(detail ?? response.statusText);
}

export const api = {
  get: (path) => request("GET", path),
  post: (path, body) => request("POST", path, body),
  put: (path, body) => request("PUT", path, body),
  patch: (path, body) => request("PATCH", path, body),
  delete: (path) => request("DELETE", path),
};
