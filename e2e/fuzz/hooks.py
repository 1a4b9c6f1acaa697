"""As whom requests are sent, and the ids of some things that are there. Read by schemathesis, see `cargo xtask fuzz`."""

import json
import os
import uuid

import requests
import schemathesis

with open(os.environ["SOUK_RUN_JSON"], encoding="utf-8") as file:
    RUN = json.load(file)
WHO = os.environ["SOUK_FUZZ_AS"]
API = f"{RUN['gateway_url']}/api/v1"
PASSWORD = "seven brave otters"

# What ends a session or an account. That of somebody who is needed for nothing else.
ENDS = {
    "POST /api/v1/auth/logout",
    "POST /api/v1/auth/logout-everywhere",
    "DELETE /api/v1/auth/sessions/{session_id}",
    "PUT /api/v1/users/me/password",
    "DELETE /api/v1/users/me",
}
# What path parameters may be besides made up.
THINGS = {}


def send(method, path, token=None, **body):
    """The body of an answer that must be a good one."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = requests.request(method, f"{API}{path}", json=body, headers=headers, timeout=30)
    answer.raise_for_status()
    return answer.json()


def log_in(email, password):
    return send("POST", "/auth/login", email=email, password=password)["access_token"]


def register():
    """The e-mail address of somebody new."""
    email = f"{uuid.uuid4().hex}@example.org"
    send("POST", "/auth/register", email=email, password=PASSWORD, first_name="Fuzz", last_name="Er")
    return email


def operator():
    return log_in(RUN["admin"]["email"], RUN["admin"]["password"])


def customer():
    return log_in(register(), PASSWORD)


def owner():
    """The owner of an approved shop that sells something."""
    token = customer()
    shop = send("POST", "/shops", token, name=f"Shop {uuid.uuid4().hex}")["id"]
    send("POST", f"/shops/{shop}/approve", operator())
    variation = {"options": {"size": "M"}, "price": {"amount": 900, "currency": "AZN"}, "stock": 1000}
    product = send("POST", "/products", token, title="Lamp", sku="LAMP", variations=[variation])
    THINGS.update(
        shop=shop,
        shop_id=shop,
        product_id=product["id"],
        variation_id=product["variations"][0]["id"],
    )
    return token


if WHO != "owner":
    owner()


@schemathesis.auth(refresh_interval=600)
class Somebody:
    """Whoever the requests are sent as; another one after a 401."""

    def get(self, case, context):
        return {"customer": customer, "owner": owner, "admin": operator}[WHO]()

    def set(self, case, data, context):
        token = customer() if case.operation.label in ENDS else data
        case.headers["Authorization"] = f"Bearer {token}"


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Every second id is one of a thing that is there."""
    for name, value in (path_parameters or {}).items():
        try:
            made_up = uuid.UUID(str(value))
        except ValueError:
            continue
        if name in THINGS and made_up.int % 2 == 0:
            path_parameters[name] = THINGS[name]
    return path_parameters
