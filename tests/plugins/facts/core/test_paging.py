"""Lists without pages, on every stack: said only where the handler and what it calls can be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hivemind_facts.assemble import extract
from hivemind_facts.bodies import Bodies
from hivemind_facts.paging import is_collection
from hivemind_facts.repository import TreeRepository

FLASK = {
    "requirements.txt": "flask\n",
    "app.py": """
from flask import Flask, request, jsonify
from models import Book, Loan
app = Flask(__name__)

@app.get("/books")
def books():
    return jsonify([b.name for b in Book.query.all()])

@app.get("/loans")
def loans():
    page = request.args.get("page", 1)
    return jsonify(Loan.query.paginate(page=page).items)

@app.get("/members")
def members():
    return jsonify(outside())
""",
}
DJANGO = {
    "requirements.txt": "django\n",
    "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site1.settings')\n",
    "site1/settings.py": "ROOT_URLCONF = 'site1.urls'\n",
    "site1/urls.py": """
from django.urls import path
from site1 import views
urlpatterns = [path("books/", views.books), path("loans/", views.loans), path("members/", views.members)]
""",
    "site1/views.py": """
from django.core.paginator import Paginator
from django.http import JsonResponse
from site1.models import Book, Loan

def books(request):
    return JsonResponse({"books": list(Book.objects.all())})

def loans(request):
    return JsonResponse({"loans": list(Paginator(Loan.objects.all(), 20).get_page(request.GET.get("page")))})

def members(request):
    return JsonResponse(outside())
""",
}
EXPRESS = {
    "package.json": '{"dependencies": {"express": "4"}}',
    "app.js": """
const express = require('express');
const controller = require('./controller');
const app = express();
app.get('/books', controller.books);
app.get('/loans', async (req, res) => {
  res.json(await Loan.findAll({ offset: req.query.offset, limit: 20 }));
});
app.get('/members', (req, res) => outside(req, res));
app.listen(3000);
""",
    "controller.js": """
const service = require('./service');
const books = async (req, res) => res.json(await service.allBooks());
module.exports = { books };
""",
    "service.js": "const allBooks = async () => Book.find({});\nmodule.exports = { allBooks };\n",
}
NEST = {
    "package.json": '{"dependencies": {"@nestjs/core": "10", "@nestjs/common": "10"}}',
    "src/main.ts": """
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';
async function bootstrap() { const app = await NestFactory.create(AppModule); await app.listen(3000); }
bootstrap();
""",
    "src/app.module.ts": """
import { Module } from '@nestjs/common';
import { AppController } from './app.controller';
import { BooksService } from './books.service';
@Module({ controllers: [AppController], providers: [BooksService] })
export class AppModule {}
""",
    "src/app.controller.ts": """
import { Controller, Get, Query } from '@nestjs/common';
import { BooksService } from './books.service';
@Controller()
export class AppController {
  constructor(private readonly booksService: BooksService) {}
  @Get('books')
  books() { return this.booksService.findAll(); }
  @Get('loans')
  loans(@Query('page') page: number) { return this.booksService.loans(page); }
  @Get('members')
  members() { return outside(); }
}
""",
    "src/books.service.ts": """
import { Injectable } from '@nestjs/common';
@Injectable()
export class BooksService {
  findAll() { return this.repository.find(); }
  loans(page: number) { return this.repository.find({ skip: page * 20, take: 20 }); }
}
""",
}
SPRING = {
    "pom.xml": "<project><artifactId>a</artifactId><dependencies><dependency>"
    "<groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId>"
    "</dependency></dependencies></project>",
    "src/main/java/a/BookController.java": """
package a;
import org.springframework.web.bind.annotation.*;
import org.springframework.data.domain.*;
@RestController
public class BookController {
    private final BookService bookService;
    @GetMapping("/books")
    public List<Book> books() { return bookService.list(); }
    @GetMapping("/loans")
    public Page<Loan> loans(Pageable pageable) { return loanRepository.findAll(pageable); }
    @GetMapping("/members")
    public List<Member> members() { return outside.members(); }
}
""",
    "src/main/java/a/BookService.java": """
package a;
public class BookService {
    public List<Book> list() { return bookRepository.findAll(); }
}
""",
}
GIN = {
    "go.mod": "module example.com/a\n\ngo 1.22\n\nrequire github.com/gin-gonic/gin v1.9.0\n",
    "main.go": """
package main

import "github.com/gin-gonic/gin"

func main() {
	r := gin.Default()
	r.GET("/books", books)
	r.GET("/loans", loans)
	r.GET("/members", members)
	r.Run()
}

func books(c *gin.Context) {
	var found []Book
	db.Find(&found)
	c.JSON(200, found)
}

func loans(c *gin.Context) {
	page := c.DefaultQuery("page", "1")
	c.JSON(200, load(page))
}

func members(c *gin.Context) {
	c.JSON(200, outside.Members())
}
""",
}
STACKS = {"flask": FLASK, "django": DJANGO, "express": EXPRESS, "nest": NEST, "spring": SPRING, "gin": GIN}


@pytest.mark.parametrize("stack", STACKS)
def test_lists_are_judged_by_their_code(stack: str, tmp_path: Path) -> None:
    for path, text in STACKS[stack].items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    facts = extract(tmp_path)
    assert {one.path: one.paginated for one in facts.endpoints} == {
        "/books": False,
        "/loans": True,
        "/members": None,
    }
    found = [one.title for one in facts.findings if one.rule == "list-without-pagination"]
    assert found == ["GET /books gives the whole list at once"]


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        *[(path, True) for path in ("/books", "/users/{id}/orders", "/user/list")],
        *[(path, False) for path in ("/books/{id}", "/stats", "/user", "/status", "/", "/access")],
    ],
)
def test_collections_are_plurals(path: str, answer: bool) -> None:
    assert is_collection(path) is answer


def test_python_functions_end_where_their_indentation_does(tmp_path: Path) -> None:
    text = "class A:\n    def one(\n        self,\n    ):\n        if x:\n            return 1\n\n"
    text += "    def two(self): pass\n\nz = 1\n"
    (tmp_path / "a.py").write_text(text, encoding="utf-8")
    bodies = Bodies(TreeRepository(tmp_path), "python")
    (one,), (two,) = bodies.named("one"), bodies.named("two")
    assert (one.start, bodies.text(one).rstrip().endswith("return 1")) == (2, True)
    assert bodies.text(two).strip() == "def two(self): pass"
