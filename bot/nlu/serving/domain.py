"""The domain of a trained model, read once.

Rasa reads its file four times at every start, to check again what training checked. And its YAML library
makes the list of tags a scalar may have longer with each scalar it reads, since Rasa's ``!env_var`` begins
with no letter of its own: half a megabyte of domain took twenty seconds of a start, and whoever writes while
an engine is started again waits for it.
"""

from pathlib import Path
from typing import Any

import rasa.graph_components.providers.domain_provider as provider
from rasa.shared.core.domain import Domain
from rasa.shared.utils.io import read_file, read_yaml
from ruamel.yaml.resolver import VersionedResolver

FILE = "domain.yml"
_TAGS = "versioned_resolver"
_tags = vars(VersionedResolver)[_TAGS]


class TrainedDomain(provider.DomainProvider):  # type: ignore[misc]
    """Gives the domain a model was trained with."""

    @classmethod
    def load(cls, config: Any, model_storage: Any, resource: Any, *_: Any, **__: Any) -> "TrainedDomain":
        """Read it from the model; what training wrote is not checked again."""
        with model_storage.read_from(resource) as folder:
            domain = Domain.from_dict(read_yaml(read_file(Path(folder) / FILE)))
        return cls(model_storage, resource, domain)


class _Lists(dict[Any, list[Any]]):
    """Gives copies of its lists: the reader adds to what it is given."""

    def get(self, key: Any, default: Any = None) -> Any:
        return list(super().get(key, default))


def read_once() -> None:
    """Have this process load its models so."""
    provider.DomainProvider = TrainedDomain
    setattr(VersionedResolver, _TAGS, property(lambda resolver: _Lists(_tags.fget(resolver))))
