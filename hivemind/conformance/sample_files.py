"""The files of the sample repository."""

from __future__ import annotations

from collections.abc import Mapping

FILES: Mapping[str, str] = {
    "README.md": "# Sample shop\n\nA small shop: an API in Python, a database, a page.\n",
    "pyproject.toml": '[project]\nname = "sample-shop"\nversion = "1.0"\ndependencies = ["fastapi", "sqlalchemy"]\n',
    ".env": "DATABASE_URL=postgresql://shop@localhost/shop\nPAYMENT_KEY=@SECRET@\n",
    "shop/__init__.py": "",
    "shop/settings.py": 'PAYMENT_API_KEY = "@SECRET@"\nPAGE_SIZE = 50\n',
    "shop/main.py": """\
from fastapi import Depends, FastAPI, HTTPException

from shop.database import session
from shop.models import Customer, Order

app = FastAPI()


@app.get("/customers/{customer_id}")
def read_customer(customer_id: int, db=Depends(session)) -> dict:
    customer = db.get(Customer, customer_id)
    if customer is None:
        raise HTTPException(404)
    return {"id": customer.id, "email": customer.email}


@app.post("/orders")
def create_order(body: dict, db=Depends(session)) -> dict:
    # TODO: refuse an order of a customer who is not there
    order = Order(customer_id=body["customer_id"], total=body["total"])
    db.add(order)
    db.commit()
    return {"id": order.id}
""",
    "shop/models.py": """\
from sqlalchemy import ForeignKey, Numeric, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(200), unique=True)


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    total: Mapped[float] = mapped_column(Numeric(10, 2))
""",
    "shop/database.py": """\
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

engine = create_engine("postgresql://localhost/shop")


def session():
    with Session(engine) as made:
        yield made
""",
    "migrations/0001_shop.sql": """\
CREATE TABLE customers (id SERIAL PRIMARY KEY, email VARCHAR(200) NOT NULL UNIQUE);
CREATE TABLE orders (
  id SERIAL PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  total NUMERIC(10, 2) NOT NULL
);
""",
    "web/index.html": '<!doctype html>\n<title>Shop</title>\n<ul id="orders"></ul>\n<script src="app.js"></script>\n',
    "web/app.js": """\
export async function loadCustomer(id) {
  const answer = await fetch(`/customers/${id}`);
  // FIXME: tell the customer what went wrong
  if (!answer.ok) throw new Error("no such customer");
  return answer.json();
}

document.querySelector("#orders").addEventListener("click", () => loadCustomer(1));
""",
    "tests/test_orders.py": "def test_total():\n    assert 2 * 3 == 6\n",
}
