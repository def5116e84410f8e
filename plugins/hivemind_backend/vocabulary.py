"""The words by which a task is read: what asks to add something, what names an API, what ends a name."""

from __future__ import annotations


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


ADD = _set(
    "add create build implement introduce design write make develop draft expose provide need needs want "
    "scaffold generate adding creating building implementing set"
)
NOT = _set("not don't dont never no without instead avoid stop cannot can't remove delete shouldn't won't")
HEADS = _set(
    "api apis endpoint endpoints resource resources crud route routes table tables collection collections "
    "controller controllers rest restful"
)
MODIFIERS = _set(
    "microservice service model entity entities backend-only "
    "new simple basic full complete paginated public private secure secured versioned backend internal "
    "external rest restful http json crud small minimal standard proper real protected authenticated web "
    "server-side another read-only readonly database db sql up out more operations v1 v2 v3 second first own "
    "dedicated separate"
)
DETERMINERS = _set("a an the some our its their this that these those my your any us me")
FOR = _set("for")
TO = _set("to that which for")
MANAGE = _set(
    "manage manages managing handle handles handling store stores storing maintain maintaining administer crud "
    "track tracks tracking"
)
FOLLOWS = frozenset({"", "with", "for", "including", "that", "which", "to", "using", ",", ":", "and", "without"})
AUDIENCE = _set("our your their my its his her this that these those us them it everything everyone anyone someone")
PEOPLE_AND_APPS = _set(
    "app apps application applications frontend website site clients partners developers mobile project team "
    "system systems backend integration integrations data everything it them this that purposes reasons "
    "production"
)
ING_NOUNS = _set(
    "booking listing building meeting rating setting pricing billing shipping training mapping ranking "
    "painting recording holding warning wedding drawing greeting offering posting tracking"
)
BOUNDARIES = _set(
    "with for to that which including using by in on at from of into inside behind under over and or but so "
    "when where while because if then please as per via is are was were be should must can could would will "
    "has have had does do did without like such beside next based hinzu plus "
    "ourselves"
)
OTHER_VERBS = _set(
    "cancel approve archive reject confirm assign activate deactivate resend undo redo pay checkout ship "
    "fix improve optimise optimize speed secure refactor rename remove delete drop document test tests debug "
    "migrate integrate call use consume connect cache paginate index review audit analyse analyze check clean "
    "deprecate disable enable export import extend harden investigate limit log measure merge monitor move "
    "port profile protect reduce replace reproduce restrict revert rewrite rework run scale search send show "
    "simplify split stop support sync throttle trace translate tune type update upgrade upload download "
    "validate verify version wrap explain find list get post put patch change convert adapt adjust "
    "authenticate authorise authorize describe deploy benchmark rate-limit slow broken failing faster flaky "
    "why how what when where who is are does do can should please make ignore let help consider evaluate plan "
    "rank sort filter handle mock stub lint format pin bump release publish"
)
NOT_RESOURCES = _set(
    "pdf csv xml json excel zip thumbnail preview html rss "
    "health healthcheck healthz heartbeat ping status metrics login logout signin signup register registration "
    "auth authentication authorization authorisation oauth sso search upload download export import version "
    "docs documentation openapi swagger graphql grpc websocket caching cache pagination paging performance "
    "logging logs monitoring tests test testing rate limiting throttling security validation error errors bug "
    "bugs fix root main index api apis endpoint endpoints rest backend frontend service services server "
    "gateway proxy client code existing missing same other it them everything all refresh token reset password "
    "callback readiness liveness admin debug async batch bulk lookup temporary temp hash pivot join"
)
NEVER_IN_NAMES = _set(
    "select insert union where truncate alter exec execute script existing following above below rate limiting "
    "pagination caching faster slow"
)
VERBS_AND_NOUNS = _set("review post release plan call audit upgrade")
