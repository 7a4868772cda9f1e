"""The kinds of objects that are read and compared: one line each."""

from __future__ import annotations

from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.constraint import Constraint
from rempart.catalog.kinds.default_privileges import DefaultPrivileges
from rempart.catalog.kinds.foreign import ForeignDataWrapper, ForeignServer, UserMapping
from rempart.catalog.kinds.function import Aggregate, Function
from rempart.catalog.kinds.index import Index, Statistics
from rempart.catalog.kinds.operator import Operator
from rempart.catalog.kinds.policy import Policy
from rempart.catalog.kinds.publication import Publication
from rempart.catalog.kinds.role import Membership, Role, Setting, SystemPrivileges
from rempart.catalog.kinds.schema import Database, Extension, Schema
from rempart.catalog.kinds.sequence import Sequence
from rempart.catalog.kinds.table import Table
from rempart.catalog.kinds.text_search import TextSearchConfiguration, TextSearchDictionary
from rempart.catalog.kinds.trigger import EventTrigger, RewriteRule, Trigger
from rempart.catalog.kinds.types import Cast, Collation, Composite, Domain, Enum, Range
from rempart.catalog.kinds.view import View
from rempart.catalog.model import CatalogObject

# Each with the name of its query in catalog/sql/. The order is the one in which people read differences, and in which
# objects that do not need each other are made.
KINDS: tuple[tuple[str, type[CatalogObject]], ...] = (
    ("database", Database),
    ("role", Role),
    ("membership", Membership),
    ("setting", Setting),
    ("system_privileges", SystemPrivileges),
    ("schema", Schema),
    ("extension", Extension),
    ("default_privileges", DefaultPrivileges),
    ("collation", Collation),
    ("text_search_dictionary", TextSearchDictionary),
    ("text_search_configuration", TextSearchConfiguration),
    ("enum", Enum),
    ("composite", Composite),
    ("domain", Domain),
    ("range", Range),
    ("foreign_data_wrapper", ForeignDataWrapper),
    ("foreign_server", ForeignServer),
    ("user_mapping", UserMapping),
    ("sequence", Sequence),
    ("table", Table),
    ("column", Column),
    ("constraint", Constraint),
    ("function", Function),
    ("aggregate", Aggregate),
    ("operator", Operator),
    ("cast", Cast),
    ("view", View),
    ("index", Index),
    ("statistics", Statistics),
    ("rule", RewriteRule),
    ("trigger", Trigger),
    ("policy", Policy),
    ("publication", Publication),
    ("event_trigger", EventTrigger),
)
