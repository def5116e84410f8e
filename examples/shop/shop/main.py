"""The application: API routers, migrations at start, and the front end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles

from shop.database import connect, migrate
from shop.routers import auth, carts, categories, customers, products, reviews
from shop.settings import MIGRATIONS, WEB, get_settings


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Bring the database up to date before the first request."""
    with closing(connect(get_settings().database)) as db:
        migrate(db, MIGRATIONS)
    yield


app = FastAPI(title="shop", version="0.4.0", lifespan=lifespan)

api = APIRouter(prefix="/api/v1")
api.include_router(auth.router, prefix="/auth", tags=["auth"])
api.include_router(categories.router, prefix="/categories", tags=["categories"])
api.include_router(products.router, prefix="/products", tags=["products"])
api.include_router(reviews.router, prefix="/products/{product_id}/reviews", tags=["reviews"])
api.include_router(customers.router, prefix="/customers", tags=["customers"])
api.include_router(carts.router, prefix="/carts", tags=["carts"])

app.include_router(api)
app.mount("/", StaticFiles(directory=WEB, html=True), name="web")
