"""The JVM's manifests: pom.xml, Gradle build files and version catalogues."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from hivemind_facts.stack.dependency import Dependency, Lines

_GRADLE = re.compile(
    r"\b(\w*(?:[iI]mplementation|[aA]pi|[cC]ompile|[cC]ompileOnly|[rR]untimeOnly|[rR]untime|[kK]apt|ksp|annotationProcessor"
    r"|developmentOnly|[pP]latform))\s*\(?\s*(?:(?:enforced)?[pP]latform\s*\(\s*)?"
    r"(?:[\"']([\w.$\-{}]+):([\w.$\-{}]+)(?::([\w.$\-{}]+))?[^\"']*[\"']|libs\.([\w.]+))"
)
_GRADLE_MAP = re.compile(
    r"\b(\w+)\s*\(?\s*group\s*[:=]\s*[\"']([\w.\-]+)[\"']\s*,\s*name\s*[:=]\s*[\"']([\w.\-]+)[\"']"
    r"(?:\s*,\s*version\s*[:=]\s*[\"']([\w.\-]+)[\"'])?"
)
_PLUGIN = re.compile(r"\bid\s*\(?\s*[\"']([\w.\-]+)[\"']\s*\)?(?:\s*version\s*\(?\s*[\"']([^\"']+)[\"'])?")
_KOTLIN_PLUGIN = re.compile(r"\bkotlin\s*\(\s*[\"']([\w.\-]+)[\"']\s*\)\s*version\s*[\"']([^\"']+)[\"']")


def pom(text: str) -> tuple[str | None, list[Dependency], dict[str, object]]:
    """A pom.xml: artifact, dependencies with their versions where properties give them, and modules."""
    if "<!ENTITY" in text:
        raise ValueError("an XML document with entities of its own is not read")
    root = ElementTree.fromstring(text)  # noqa: S314 - no entities, see above
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    lines = Lines(text)
    values = {f"project.{name}": _said(root, name) or "" for name in ("version", "groupId")}
    for holder in root.findall("properties"):
        values |= {one.tag: (one.text or "").strip() for one in holder if isinstance(one.tag, str)}
    found = []
    parent = root.find("parent")
    if parent is not None:
        found.append(_artifact(parent, values, lines))
    for path in ("dependencies/dependency", "dependencyManagement/dependencies/dependency", "build/plugins/plugin"):
        found += [_artifact(one, values, lines) for one in root.findall(path)]
    managed = {one.name: one.version for one in found if one.version}
    resolved = [
        Dependency(one.name, one.version or managed.get(one.name), one.line, one.dev, "jvm")
        for one in found
        if one.name
    ]
    modules = [(one.text or "").strip() for one in root.findall("modules/module")]
    return _said(root, "artifactId"), resolved, {"modules": modules, "packaging": _said(root, "packaging") or "jar"}


def _said(element: ElementTree.Element, name: str) -> str | None:
    text = (element.findtext(name) or "").strip()
    return text or None


def _artifact(element: ElementTree.Element, values: Mapping[str, str], lines: Lines) -> Dependency:
    def fill(text: str | None) -> str | None:
        for _ in range(5):
            if not text or "${" not in text:
                return text
            text = re.sub(r"\$\{([^}]*)\}", lambda found: values.get(found.group(1), ""), text)
        return None

    artifact = fill(_said(element, "artifactId")) or ""
    group = fill(_said(element, "groupId")) or ""
    name = f"{group}:{artifact}" if group and artifact else artifact
    return Dependency(
        name, fill(_said(element, "version")), lines.of(artifact), _said(element, "scope") == "test", "jvm"
    )


def gradle(text: str, catalog: Mapping[str, Dependency] | None = None) -> list[Dependency]:
    """A build.gradle or build.gradle.kts; entries of a version catalogue are looked up in it."""
    text = re.sub(r"/\*.*?\*/", lambda found: "\n" * found.group().count("\n"), text, flags=re.DOTALL)
    found: list[Dependency] = []
    variables = dict(re.findall(r"\b(\w+)[ \t]{0,8}=[ \t]{0,8}[\"']([0-9][\w.\-]*)[\"']", text))
    for number, line in enumerate(text.splitlines(), 1):
        code = re.sub(r"(^|\s)//.*", "", line)
        plugins = [(one.group(1), one.group(2)) for one in _PLUGIN.finditer(code)]
        plugins += [(f"org.jetbrains.kotlin.{one.group(1)}", one.group(2)) for one in _KOTLIN_PLUGIN.finditer(code)]
        found += [Dependency(name, version, number, False, "jvm") for name, version in plugins]
        for use in _GRADLE.finditer(code):
            how, group, artifact, version, alias = use.groups()
            dev = how.lower().startswith(("test", "androidtest"))
            if alias:
                known = (catalog or {}).get(alias.replace("-", ".").replace("_", "."))
                if known is not None:
                    found.append(Dependency(known.name, known.version, number, dev, "jvm"))
                continue
            if version and "$" in version:
                version = variables.get(version.strip("${}"))
            found.append(Dependency(f"{group}:{artifact}", version, number, dev, "jvm"))
        for use in _GRADLE_MAP.finditer(code):
            how, group, artifact, version = use.groups()
            found.append(Dependency(f"{group}:{artifact}", version, number, how.startswith("test"), "jvm"))
    return found


def catalogue(text: str) -> dict[str, Dependency]:
    """A Gradle version catalogue: what each alias (with dots) stands for."""
    data, lines = tomllib.loads(text), Lines(text)
    versions = data.get("versions")
    known = versions if isinstance(versions, dict) else {}
    found: dict[str, Dependency] = {}
    for section in ("libraries", "plugins"):
        entries = data.get(section)
        for alias, value in (entries if isinstance(entries, dict) else {}).items():
            name, version = _entry(value, known)
            if name:
                dotted = alias.replace("-", ".").replace("_", ".")
                prefix = "plugins." if section == "plugins" else ""
                found[prefix + dotted] = Dependency(name, version, lines.of(alias), False, "jvm")
    return found


def _entry(value: Any, versions: Mapping[str, Any]) -> tuple[str, str | None]:
    if isinstance(value, str):
        parts = value.split(":")
        return ":".join(parts[:2]), parts[2] if len(parts) > 2 else None
    if not isinstance(value, dict):
        return "", None
    name = value.get("module") or value.get("id") or ":".join(str(value.get(key, "")) for key in ("group", "name"))
    version = value.get("version")
    if isinstance(version, dict):
        version = versions.get(str(version.get("ref"))) or version.get("strictly") or version.get("require")
    return str(name).strip(":"), version if isinstance(version, str) else None
