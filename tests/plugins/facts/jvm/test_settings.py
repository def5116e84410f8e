"""What Spring applications take from their settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hivemind_facts.models import Facts

FILES = {
    "pom.xml": "<project><artifactId>spring-boot-starter-security</artifactId></project>",
    "src/main/resources/application.yml": "open:\n  urls:\n    - /news/**\n    - /login\n",
    "src/main/java/a/Open.java": (
        'package a;\n@ConfigurationProperties(prefix = "open")\nclass Open { private java.util.List<String> urls; }\n'
    ),
    "src/main/java/a/Security.java": """package a;
import org.springframework.security.web.SecurityFilterChain;
class Security {
    private Open open;
    SecurityFilterChain chain(HttpSecurity http) {
        var registry = http.authorizeRequests();
        for (String url : open.getUrls()) {
            registry.antMatchers(url).permitAll();
        }
        registry.anyRequest().authenticated();
        return http.build();
    }
}
""",
    "src/main/java/a/News.java": """package a;
import org.springframework.web.bind.annotation.*;
@RestController
class News {
    @GetMapping("/news/{id}") String one() { return ""; }
    @PostMapping("/drafts") void add() {}
}
""",
}


def test_a_white_list_in_the_settings_opens_its_paths(
    write: Callable[[dict[str, str]], Path], facts_of: Callable[[Path], Facts]
) -> None:
    found = {endpoint.path: endpoint.auth for endpoint in facts_of(write(FILES)).endpoints}
    assert found == {"/news/{id}": "none", "/drafts": "required"}


def test_a_white_list_that_is_not_there_leaves_access_unknown(
    write: Callable[[dict[str, str]], Path], facts_of: Callable[[Path], Facts]
) -> None:
    files = {**FILES, "src/main/resources/application.yml": "name: x\n"}
    found = {endpoint.path: endpoint.auth for endpoint in facts_of(write(files)).endpoints}
    assert found == {"/news/{id}": "unknown", "/drafts": "unknown"}


def test_kotlin_is_listed_as_unread(write: Callable[[dict[str, str]], Path], facts_of: Callable[[Path], Facts]) -> None:
    facts = facts_of(write({"pom.xml": "<project/>", "src/main/kotlin/A.kt": "class A\n"}))
    assert [(item.what, item.file) for item in facts.unresolved] == [("parse", "src/main/kotlin/A.kt")]
