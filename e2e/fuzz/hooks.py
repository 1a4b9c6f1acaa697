"""As whom requests are sent, and the ids of some things that are there. Read by schemathesis, see `cargo xtask fuzz`."""

import json
import os
import uuid
import zlib

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
# What path parameters may be besides made up. Items are told apart by what they are items of.
THINGS = {}
ADDRESS = {"name": "Fuzz Er", "line1": "Nizami 1", "city": "Baku", "country": "AZ"}


def send(method, path, token=None, **body):
    """The body of an answer that must be a good one."""
    headers = {"Idempotency-Key": uuid.uuid4().hex} if method == "POST" else {}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    answer = requests.request(method, f"{API}{path}", json=body, headers=headers, timeout=30)
    answer.raise_for_status()
    return answer.json()


def log_in(email, password):
    return send("POST", "/auth/login", email=email, password=password)["access_token"]


def operator():
    return log_in(RUN["admin"]["email"], RUN["admin"]["password"])


def register():
    """Somebody new: id and e-mail address."""
    email = f"{uuid.uuid4().hex}@example.org"
    user = send("POST", "/auth/register", email=email, password=PASSWORD, first_name="Fuzz", last_name="Er")
    return user["id"], email


def newcomer():
    return log_in(register()[1], PASSWORD)


def owner():
    """The owner of an approved shop that sells something."""
    token, admin = newcomer(), operator()
    shop = send("POST", "/shops", token, name=f"Shop {uuid.uuid4().hex}")["id"]
    send("POST", f"/shops/{shop}/approve", admin)
    category = send("POST", "/categories", admin, name=f"Lamps {uuid.uuid4().hex}")["id"]
    variation = {"options": {"size": "M"}, "price": {"amount": 900, "currency": "AZN"}, "stock": 1000}
    product = send(
        "POST", "/products", token, title="Lamp", sku="LAMP", category_ids=[category], variations=[variation]
    )
    THINGS.update(
        shop=shop,
        shop_id=shop,
        category=category,
        product_id=product["id"],
        variation_id=product["variations"][0]["id"],
    )
    return token


def customer():
    """A customer who has ordered, and has something in the cart, on the wishlist and in the address book."""
    THINGS["user_id"], email = register()
    token, variation = log_in(email, PASSWORD), THINGS["variation_id"]
    THINGS["address_id"] = send("POST", "/users/me/addresses", token, **ADDRESS)["id"]
    send("POST", "/cart/items", token, variation_id=variation, quantity=1)
    order = send("POST", "/orders", token, shipping_address=ADDRESS)
    THINGS.update(order=order["id"], order_id=order["id"])
    THINGS["order-items"] = order["sub_orders"][0]["items"][0]["id"]
    send("POST", "/cart/items", token, variation_id=variation, quantity=1)
    THINGS["cart"] = send("GET", "/cart", token)["lines"][0]["id"]
    THINGS["wishlist"] = send("POST", "/wishlist/items", token, variation_id=variation)["id"]
    return token


def admin():
    """An operator whom nobody will miss."""
    user, email = register()
    send("PATCH", f"/users/{user}", operator(), role="admin")
    return log_in(email, PASSWORD)


class Somebody:
    """Whoever the requests are sent as; another one after a 401."""

    def get(self, case, context):
        return {"customer": customer, "owner": owner, "admin": admin}[WHO]()

    def set(self, case, data, context):
        token = newcomer() if case.operation.label in ENDS else data
        case.headers["Authorization"] = f"Bearer {token}"


# What all others meet.
owner()
customer()
OPERATOR = send("GET", "/users/me", operator())["id"]
if WHO != "nobody":
    schemathesis.auth(refresh_interval=600)(Somebody)


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Every second one is that of a thing that is there."""
    for name, value in (path_parameters or {}).items():
        what = context.operation.path.split("/")[3] if name == "item_id" else name
        if what in THINGS and zlib.crc32(str(value).encode()) % 2 == 0:
            path_parameters[name] = THINGS[what]
    return path_parameters


@schemathesis.hook
def before_call(context, case, kwargs):
    """The mesh's own operator, who makes all others, is in the lists but stays as he is."""
    if (case.path_parameters or {}).get("user_id") == OPERATOR:
        case.path_parameters["user_id"] = THINGS["user_id"]
