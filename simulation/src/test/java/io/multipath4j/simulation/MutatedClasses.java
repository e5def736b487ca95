package io.multipath4j.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ConstantDescs;
import java.util.List;

/**
 * The program's classes once more, some of them with a call left out: bugs that nobody has to put
 * into the program itself.
 */
final class MutatedClasses extends ClassLoader {

  private static final String OWN = "io.multipath4j.";

  /**
   * A call that is not made.
   *
   * @param className the caller's class
   * @param method the calling method
   * @param called the method that is not called; it has no result, or its answer is false
   */
  record MissingCall(String className, String method, String called) {}

  private final List<MissingCall> missing;

  MutatedClasses(MissingCall... missing) {
    super(MutatedClasses.class.getClassLoader());
    this.missing = List.of(missing);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(OWN)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      return known != null ? known : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] code = in.readAllBytes();
      for (MissingCall call : missing) {
        if (call.className.equals(name)) {
          code = without(call, code);
        }
      }
      return defineClass(name, code, 0, code.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] without(MissingCall call, byte[] code) {
    int[] left = new int[1];
    ClassTransform transform =
        ClassTransform.transformingMethodBodies(
            method -> method.methodName().equalsString(call.method),
            (builder, element) -> {
              if (isCall(element, call)) {
                left[0]++;
                leaveOut(builder, (InvokeInstruction) element);
              } else {
                builder.with(element);
              }
            });
    ClassFile file = ClassFile.of();
    byte[] mutated = file.transformClass(file.parse(code), transform);
    if (left[0] == 0) {
      throw new IllegalStateException("there is no such call: " + call);
    }
    return mutated;
  }

  private static boolean isCall(CodeElement element, MissingCall call) {
    return element instanceof InvokeInstruction invoke && invoke.name().equalsString(call.called);
  }

  private static void leaveOut(CodeBuilder builder, InvokeInstruction call) {
    var type = call.typeSymbol();
    type.parameterList()
        .reversed()
        .forEach(parameter -> {
          if (TypeKind.from(parameter).slotSize() == 2) {
            builder.pop2();
          } else {
            builder.pop();
          }
        });
    builder.pop(); // the object
    if (type.returnType().equals(ConstantDescs.CD_boolean)) {
      builder.iconst_0();
    } else if (!type.returnType().equals(ConstantDescs.CD_void)) {
      throw new IllegalStateException("its answer cannot be made up: " + call);
    }
  }
}
