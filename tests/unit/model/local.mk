# SPDX-License-Identifier: MIT
MODEL_TESTS = \
	tests/unit/model/layers \
	tests/unit/model/parameters \
	tests/unit/model/policy
check_PROGRAMS += $(MODEL_TESTS)
UNIT_TESTS += $(MODEL_TESTS)
tests_unit_model_layers_SOURCES = tests/unit/model/layers.c
tests_unit_model_layers_LDADD = $(LINK_model) $(CMOCKA_LIBS)
tests_unit_model_parameters_SOURCES = tests/unit/model/parameters.c
tests_unit_model_parameters_LDADD = $(LINK_model) $(CMOCKA_LIBS)
tests_unit_model_policy_SOURCES = tests/unit/model/policy.c
tests_unit_model_policy_LDADD = $(LINK_model) $(CMOCKA_LIBS)
