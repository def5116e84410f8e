"""Packages that are worth naming: frameworks and notable libraries, drivers, and images, by their exact names."""

from __future__ import annotations

from typing import Literal, TypeAlias

ResourceKind: TypeAlias = Literal["database", "cache", "broker", "search", "storage"]

_PYTHON = {
    "web": (
        "fastapi=FastAPI|flask=Flask|django=Django|djangorestframework=Django REST framework|"
        "starlette=Starlette|django-ninja=Django Ninja|aiohttp=aiohttp|tornado=Tornado|sanic=Sanic|"
        "falcon=Falcon|bottle=Bottle|pyramid=Pyramid|litestar=Litestar|quart=Quart|"
        "flask-restful=Flask-RESTful|flask-restx=flask-restx|flask-smorest=flask-smorest|connexion=Connexion|"
        "robyn=Robyn|blacksheep=BlackSheep"
    ),
    "graphql": (
        "strawberry-graphql=Strawberry|strawberry-graphql-django=Strawberry Django|graphene=Graphene|"
        "graphene-django=Graphene Django|ariadne=Ariadne|tartiflette=Tartiflette"
    ),
    "orm": (
        "sqlalchemy=SQLAlchemy|sqlmodel=SQLModel|tortoise-orm=Tortoise ORM|peewee=Peewee|pony=Pony ORM|"
        "gino=GINO|mongoengine=MongoEngine|beanie=Beanie|odmantic=ODMantic|flask-sqlalchemy=Flask-SQLAlchemy|"
        "ormar=ormar"
    ),
    "migration": "alembic=Alembic|flask-migrate=Flask-Migrate|yoyo-migrations=yoyo|aerich=Aerich",
    "validation": "pydantic=Pydantic|pydantic-settings=pydantic-settings|marshmallow=marshmallow|attrs=attrs",
    "queue": (
        "celery=Celery|rq=RQ|dramatiq=Dramatiq|huey=Huey|arq=arq|taskiq=Taskiq|kombu=Kombu|faust-streaming=Faust"
    ),
    "test": (
        "pytest=pytest|hypothesis=Hypothesis|tox=tox|nox=nox|behave=behave|locust=Locust|schemathesis=Schemathesis"
    ),
    "auth": (
        "pyjwt=PyJWT|python-jose=python-jose|authlib=Authlib|django-allauth=django-allauth|passlib=Passlib|"
        "djangorestframework-simplejwt=Simple JWT|djoser=Djoser|fastapi-users=FastAPI Users|"
        "flask-login=Flask-Login|flask-jwt-extended=Flask-JWT-Extended|flask-httpauth=Flask-HTTPAuth"
    ),
    "http": "httpx=HTTPX|requests=Requests|urllib3=urllib3",
    "server": (
        "uvicorn=Uvicorn|gunicorn=Gunicorn|hypercorn=Hypercorn|daphne=Daphne|uwsgi=uWSGI|channels=Django Channels"
    ),
    "ai": (
        "openai=OpenAI SDK|anthropic=Anthropic SDK|langchain=LangChain|pydantic-ai=Pydantic AI|"
        "pydantic-ai-slim=Pydantic AI"
    ),
    "library": (
        "pandas=pandas|numpy=NumPy|boto3=boto3|stripe=Stripe|click=Click|typer=Typer|sentry-sdk=Sentry|"
        "pluggy=pluggy|networkx=NetworkX|rich=Rich"
    ),
}
_NODE = {
    "web": (
        "express=Express|fastify=Fastify|@nestjs/core=NestJS|koa=Koa|@hapi/hapi=hapi|restify=Restify|"
        "@adonisjs/core=AdonisJS|hono=Hono|@feathersjs/feathers=Feathers|sails=Sails|elysia=Elysia|"
        "@trpc/server=tRPC|polka=Polka"
    ),
    "frontend": (
        "react=React|vue=Vue|@angular/core=Angular|svelte=Svelte|solid-js=Solid|preact=Preact|next=Next.js|"
        "nuxt=Nuxt|@sveltejs/kit=SvelteKit|@remix-run/react=Remix|gatsby=Gatsby|astro=Astro|"
        "ember-source=Ember|jquery=jQuery|react-router=React Router|react-router-dom=React Router|"
        "vue-router=Vue Router|redux=Redux|@reduxjs/toolkit=Redux Toolkit|"
        "@tanstack/react-query=TanStack Query|swr=SWR|zustand=Zustand|pinia=Pinia|react-native=React Native"
    ),
    "graphql": (
        "graphql=GraphQL.js|@apollo/server=Apollo Server|apollo-server=Apollo Server|"
        "apollo-server-express=Apollo Server|type-graphql=TypeGraphQL|@nestjs/graphql=NestJS GraphQL|"
        "mercurius=Mercurius|graphql-yoga=GraphQL Yoga|express-graphql=express-graphql|nexus=Nexus|"
        "@pothos/core=Pothos|@apollo/client=Apollo Client|urql=urql"
    ),
    "orm": (
        "@prisma/client=Prisma|prisma=Prisma|typeorm=TypeORM|sequelize=Sequelize|"
        "sequelize-typescript=sequelize-typescript|mongoose=Mongoose|@mikro-orm/core=MikroORM|"
        "drizzle-orm=Drizzle|objection=Objection.js|knex=Knex|bookshelf=Bookshelf|"
        "@typegoose/typegoose=Typegoose|@nestjs/mongoose=NestJS Mongoose|kysely=Kysely"
    ),
    "validation": "joi=Joi|zod=Zod|yup=Yup|ajv=Ajv|class-validator=class-validator|express-validator=express-validator",
    "queue": "bull=Bull|bullmq=BullMQ|bee-queue=Bee-Queue|agenda=Agenda|@nestjs/bull=NestJS Bull",
    "auth": (
        "passport=Passport|jsonwebtoken=jsonwebtoken|express-jwt=express-jwt|@fastify/jwt=Fastify JWT|"
        "next-auth=NextAuth.js|@nestjs/passport=NestJS Passport|@nestjs/jwt=NestJS JWT|jose=jose|"
        "bcrypt=bcrypt|bcryptjs=bcrypt.js"
    ),
    "test": (
        "jest=Jest|vitest=Vitest|mocha=Mocha|ava=AVA|tap=tap|jasmine=Jasmine|cypress=Cypress|"
        "@playwright/test=Playwright|supertest=SuperTest|karma=Karma|@testing-library/react=Testing Library"
    ),
    "http": "axios=axios|got=Got|node-fetch=node-fetch|ky=ky|superagent=SuperAgent|undici=undici",
    "build": (
        "vite=Vite|webpack=webpack|rollup=Rollup|esbuild=esbuild|parcel=Parcel|turbo=Turborepo|nx=Nx|"
        "lerna=Lerna|typescript=TypeScript|@babel/core=Babel|react-scripts=Create React App"
    ),
    "lint": "eslint=ESLint|prettier=Prettier|@biomejs/biome=Biome",
    "library": (
        "socket.io=Socket.IO|tailwindcss=Tailwind CSS|@sentry/node=Sentry|winston=winston|pino=pino|"
        "helmet=Helmet|cors=cors|express-rate-limit=express-rate-limit|stripe=Stripe|openai=OpenAI SDK"
    ),
}
_GO = {
    "web": (
        "github.com/gin-gonic/gin=Gin|github.com/labstack/echo=Echo|github.com/gofiber/fiber=Fiber|"
        "github.com/go-chi/chi=chi|github.com/gorilla/mux=gorilla/mux|"
        "github.com/julienschmidt/httprouter=httprouter|github.com/beego/beego=Beego|"
        "github.com/cloudwego/hertz=Hertz|github.com/zeromicro/go-zero=go-zero|google.golang.org/grpc=gRPC|"
        "github.com/go-kit/kit=Go kit|github.com/danielgtaylor/huma=Huma"
    ),
    "graphql": (
        "github.com/99designs/gqlgen=gqlgen|github.com/graphql-go/graphql=graphql-go|"
        "github.com/graph-gophers/graphql-go=graphql-go"
    ),
    "orm": (
        "gorm.io/gorm=GORM|github.com/jinzhu/gorm=GORM (v1)|entgo.io/ent=ent|github.com/uptrace/bun=Bun|"
        "xorm.io/xorm=XORM|github.com/jmoiron/sqlx=sqlx|github.com/volatiletech/sqlboiler=SQLBoiler"
    ),
    "migration": "github.com/golang-migrate/migrate=migrate|github.com/pressly/goose=goose",
    "auth": (
        "github.com/golang-jwt/jwt=golang-jwt|github.com/dgrijalva/jwt-go=jwt-go|github.com/appleboy/gin-jwt=gin-jwt"
    ),
    "test": "github.com/stretchr/testify=Testify|github.com/onsi/ginkgo=Ginkgo",
    "library": "github.com/spf13/cobra=Cobra|github.com/spf13/viper=Viper|go.uber.org/zap=zap|go.uber.org/fx=Fx",
}
_JVM = {
    "web": (
        "org.springframework.boot:spring-boot-starter-web=Spring Boot (MVC)|"
        "org.springframework.boot:spring-boot-starter-webflux=Spring WebFlux|"
        "org.springframework.boot:spring-boot-starter-parent=Spring Boot|org.springframework.boot=Spring Boot|"
        "org.springframework:spring-webmvc=Spring MVC|"
        "org.springframework.boot:spring-boot-dependencies=Spring Boot|"
        "io.micronaut:micronaut-http-server-netty=Micronaut|io.micronaut.application=Micronaut|"
        "io.micronaut.platform:micronaut-parent=Micronaut|io.quarkus=Quarkus|"
        "io.quarkus:quarkus-maven-plugin=Quarkus|io.ktor:ktor-server-core=Ktor|io.vertx:vertx-web=Vert.x|"
        "io.javalin:javalin=Javalin|org.glassfish.jersey.core:jersey-server=Jersey|"
        "com.sparkjava:spark-core=Spark"
    ),
    "graphql": (
        "org.springframework.boot:spring-boot-starter-graphql=Spring for GraphQL|"
        "com.graphql-java:graphql-java=graphql-java|"
        "com.netflix.graphql.dgs:graphql-dgs-spring-boot-starter=DGS"
    ),
    "orm": (
        "org.springframework.boot:spring-boot-starter-data-jpa=Spring Data JPA|"
        "org.hibernate:hibernate-core=Hibernate|org.hibernate.orm:hibernate-core=Hibernate|"
        "org.mybatis.spring.boot:mybatis-spring-boot-starter=MyBatis|"
        "io.micronaut.data:micronaut-data-hibernate-jpa=Micronaut Data|org.jooq:jooq=jOOQ|"
        "org.jetbrains.exposed:exposed-core=Exposed|"
        "org.springframework.boot:spring-boot-starter-data-mongodb=Spring Data MongoDB|"
        "org.springframework.boot:spring-boot-starter-jdbc=Spring JDBC"
    ),
    "migration": "org.flywaydb:flyway-core=Flyway|org.liquibase:liquibase-core=Liquibase",
    "auth": (
        "org.springframework.boot:spring-boot-starter-security=Spring Security|io.jsonwebtoken:jjwt=JJWT|"
        "io.jsonwebtoken:jjwt-api=JJWT|io.micronaut.security:micronaut-security-jwt=Micronaut Security|"
        "org.springframework.boot:spring-boot-starter-oauth2-resource-server=Spring OAuth2 resource server"
    ),
    "queue": (
        "org.springframework.kafka:spring-kafka=Spring Kafka|"
        "org.springframework.boot:spring-boot-starter-amqp=Spring AMQP"
    ),
    "test": (
        "org.junit.jupiter:junit-jupiter=JUnit 5|junit:junit=JUnit 4|"
        "org.testcontainers:testcontainers=Testcontainers|"
        "org.springframework.boot:spring-boot-starter-test=Spring Boot Test|org.mockito:mockito-core=Mockito"
    ),
    "library": (
        "org.projectlombok:lombok=Lombok|org.mapstruct:mapstruct=MapStruct|org.jetbrains.kotlin.jvm=Kotlin|"
        "org.springdoc:springdoc-openapi-starter-webmvc-ui=springdoc"
    ),
}
_OTHER = {
    "ruby": {"web": "rails=Ruby on Rails|sinatra=Sinatra", "test": "rspec=RSpec", "queue": "sidekiq=Sidekiq"},
    "php": {
        "web": "laravel/framework=Laravel|symfony/framework-bundle=Symfony|slim/slim=Slim",
        "test": "phpunit/phpunit=PHPUnit",
    },
    "rust": {
        "web": "axum=Axum|actix-web=Actix Web|rocket=Rocket|warp=warp",
        "orm": "diesel=Diesel|sqlx=SQLx|sea-orm=SeaORM",
    },
    "dotnet": {"orm": "Microsoft.EntityFrameworkCore=EF Core", "test": "xunit=xUnit|NUnit=NUnit"},
}


def _catalogue(kinds: dict[str, str]) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for kind, entries in kinds.items():
        for entry in entries.split("|"):
            name, _, title = entry.partition("=")
            found[name] = (title, kind)
    return found


FRAMEWORKS: dict[str, dict[str, tuple[str, str]]] = {
    "python": _catalogue(_PYTHON),
    "node": _catalogue(_NODE),
    "go": _catalogue(_GO),
    "jvm": _catalogue(_JVM),
    **{ecosystem: _catalogue(kinds) for ecosystem, kinds in _OTHER.items()},
}
"""By ecosystem and package name: the title and the kind."""
