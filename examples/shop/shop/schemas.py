"""What the API takes and gives."""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, Field

T = TypeVar("T")
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
Name = Annotated[str, Field(min_length=1, max_length=120)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9-]+$", max_length=60)]
Cents = Annotated[int, Field(ge=0)]


class Page(BaseModel, Generic[T]):
    """One part of a longer list."""

    items: list[T]
    total: int
    limit: int
    offset: int


class Credentials(BaseModel):
    email: Email
    password: str = Field(min_length=8, max_length=200)


class Registration(Credentials):
    name: Name


class Token(BaseModel):
    token: str


class User(BaseModel):
    id: int
    email: str
    role: Literal["customer", "admin"]


class CategoryIn(BaseModel):
    slug: Slug
    name: Name


class Category(CategoryIn):
    id: int


class ProductIn(BaseModel):
    category_id: int
    sku: Annotated[str, Field(min_length=1, max_length=40)]
    name: Name
    description: str = ""
    price_cents: Cents


class ProductPatch(BaseModel):
    name: Name | None = None
    description: str | None = None
    price_cents: Cents | None = None


class Product(ProductIn):
    id: int
    stock: int


class Stock(BaseModel):
    stock: int = Field(ge=0)


class Price(BaseModel):
    currency: str
    cents: int


class CustomerIn(BaseModel):
    name: Name
    street: str = ""
    city: str = ""
    country: str = ""


class Customer(CustomerIn):
    id: int


class Quantity(BaseModel):
    quantity: int = Field(ge=1, le=999)


class CartItem(BaseModel):
    product_id: int
    name: str
    price_cents: int
    quantity: int


class Cart(BaseModel):
    items: list[CartItem]
    total_cents: int


class ReviewIn(BaseModel):
    rating: int = Field(ge=1, le=5)
    body: str = Field(default="", max_length=2000)


class Review(ReviewIn):
    id: int
    customer: str
    created_at: str
