declare void @llvm.x86.sse2.pause()
declare void @llvm.x86.sse.stmxcsr(ptr)
declare void @llvm.x86.sse.ldmxcsr(ptr)

declare <8 x float> @llvm.fma.v8f32(<8 x float>, <8 x float>, <8 x float>)

declare <8 x float> @llvm.masked.gather.v8f32.v8p0(<8 x ptr>, i32, <8 x i1>, <8 x float>)

declare <8 x float> @llvm.masked.load.v8f32.p0(ptr, i32, <8 x i1>, <8 x float>)

declare void @llvm.masked.scatter.v8f32.v8p0(<8 x float>, <8 x ptr>, i32, <8 x i1>)

declare void @llvm.masked.store.v8f32.p0(<8 x float>, ptr, i32, <8 x i1>)

define internal void @g0(ptr noalias %a0, ptr noalias %a1, ptr %report, i64 %low, i64 %high) {
entry:
  br label %head1
head1:
  %at1 = phi i64 [ 0, %entry ], [ %r7, %body1 ]
  %c1 = icmp slt i64 %at1, 3
  br i1 %c1, label %body1, label %done1
body1:
  %r2 = getelementptr float, ptr %a0, i64 %at1
  %r3 = getelementptr float, ptr %r2, <8 x i64> <i64 0, i64 3, i64 6, i64 9, i64 12, i64 15, i64 18, i64 21>
  %r4 = call <8 x float> @llvm.masked.gather.v8f32.v8p0(<8 x ptr> %r3, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %r5 = mul i64 %at1, 5
  %r6 = getelementptr float, ptr %a1, i64 %r5
  call void @llvm.masked.store.v8f32.p0(<8 x float> %r4, ptr %r6, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %r7 = add i64 %at1, 1
  br label %head1
done1:
  ret void
}

define internal void @g1(ptr noalias %a0, ptr noalias %a1, ptr noalias %a2, ptr %report, i64 %low, i64 %high) {
entry:
  br label %head1
head1:
  %at1 = phi i64 [ 0, %entry ], [ %r233, %body1 ]
  %c1 = icmp slt i64 %at1, 1
  br i1 %c1, label %body1, label %done1
body1:
  %r2 = mul i64 %at1, 9
  %r3 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %a0, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %r4 = mul i64 %r2, 3
  %r5 = getelementptr float, ptr %a1, i64 %r4
  %r6 = load float, ptr %r5
  %r7 = insertelement <8 x float> poison, float %r6, i64 0
  %r8 = shufflevector <8 x float> %r7, <8 x float> poison, <8 x i32> zeroinitializer
  %r10 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r3, <8 x float> %r8, <8 x float> splat (float 0x0000000000000000))
  %r11 = getelementptr float, ptr %r5, i64 3
  %r12 = load float, ptr %r11
  %r13 = insertelement <8 x float> poison, float %r12, i64 0
  %r14 = shufflevector <8 x float> %r13, <8 x float> poison, <8 x i32> zeroinitializer
  %r16 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r3, <8 x float> %r14, <8 x float> splat (float 0x0000000000000000))
  %r17 = getelementptr float, ptr %r5, i64 6
  %r18 = load float, ptr %r17
  %r19 = insertelement <8 x float> poison, float %r18, i64 0
  %r20 = shufflevector <8 x float> %r19, <8 x float> poison, <8 x i32> zeroinitializer
  %r22 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r3, <8 x float> %r20, <8 x float> splat (float 0x0000000000000000))
  %r23 = getelementptr float, ptr %r5, i64 9
  %r24 = load float, ptr %r23
  %r25 = insertelement <8 x float> poison, float %r24, i64 0
  %r26 = shufflevector <8 x float> %r25, <8 x float> poison, <8 x i32> zeroinitializer
  %r28 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r3, <8 x float> %r26, <8 x float> splat (float 0x0000000000000000))
  %r29 = getelementptr float, ptr %r5, i64 12
  %r30 = load float, ptr %r29
  %r31 = insertelement <8 x float> poison, float %r30, i64 0
  %r32 = shufflevector <8 x float> %r31, <8 x float> poison, <8 x i32> zeroinitializer
  %r34 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r3, <8 x float> %r32, <8 x float> splat (float 0x0000000000000000))
  %r35 = getelementptr float, ptr %r5, i64 15
  %r36 = load float, ptr %r35
  %r37 = insertelement <8 x float> poison, float %r36, i64 0
  %r38 = shufflevector <8 x float> %r37, <8 x float> poison, <8 x i32> zeroinitializer
  %r40 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r3, <8 x float> %r38, <8 x float> splat (float 0x0000000000000000))
  %r41 = getelementptr float, ptr %r5, i64 18
  %r42 = load float, ptr %r41
  %r43 = insertelement <8 x float> poison, float %r42, i64 0
  %r44 = shufflevector <8 x float> %r43, <8 x float> poison, <8 x i32> zeroinitializer
  %r46 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r3, <8 x float> %r44, <8 x float> splat (float 0x0000000000000000))
  %r47 = getelementptr float, ptr %r5, i64 21
  %r48 = load float, ptr %r47
  %r49 = insertelement <8 x float> poison, float %r48, i64 0
  %r50 = shufflevector <8 x float> %r49, <8 x float> poison, <8 x i32> zeroinitializer
  %r52 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r3, <8 x float> %r50, <8 x float> splat (float 0x0000000000000000))
  %r53 = getelementptr float, ptr %r5, i64 24
  %r54 = load float, ptr %r53
  %r55 = insertelement <8 x float> poison, float %r54, i64 0
  %r56 = shufflevector <8 x float> %r55, <8 x float> poison, <8 x i32> zeroinitializer
  %r58 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r3, <8 x float> %r56, <8 x float> splat (float 0x0000000000000000))
  %r59 = getelementptr float, ptr %a0, i64 5
  %r60 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %r59, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %r61 = getelementptr float, ptr %r5, i64 1
  %r62 = load float, ptr %r61
  %r63 = insertelement <8 x float> poison, float %r62, i64 0
  %r64 = shufflevector <8 x float> %r63, <8 x float> poison, <8 x i32> zeroinitializer
  %r66 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r60, <8 x float> %r64, <8 x float> %r10)
  %r67 = getelementptr float, ptr %r5, i64 4
  %r68 = load float, ptr %r67
  %r69 = insertelement <8 x float> poison, float %r68, i64 0
  %r70 = shufflevector <8 x float> %r69, <8 x float> poison, <8 x i32> zeroinitializer
  %r72 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r60, <8 x float> %r70, <8 x float> %r16)
  %r73 = getelementptr float, ptr %r5, i64 7
  %r74 = load float, ptr %r73
  %r75 = insertelement <8 x float> poison, float %r74, i64 0
  %r76 = shufflevector <8 x float> %r75, <8 x float> poison, <8 x i32> zeroinitializer
  %r78 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r60, <8 x float> %r76, <8 x float> %r22)
  %r79 = getelementptr float, ptr %r5, i64 10
  %r80 = load float, ptr %r79
  %r81 = insertelement <8 x float> poison, float %r80, i64 0
  %r82 = shufflevector <8 x float> %r81, <8 x float> poison, <8 x i32> zeroinitializer
  %r84 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r60, <8 x float> %r82, <8 x float> %r28)
  %r85 = getelementptr float, ptr %r5, i64 13
  %r86 = load float, ptr %r85
  %r87 = insertelement <8 x float> poison, float %r86, i64 0
  %r88 = shufflevector <8 x float> %r87, <8 x float> poison, <8 x i32> zeroinitializer
  %r90 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r60, <8 x float> %r88, <8 x float> %r34)
  %r91 = getelementptr float, ptr %r5, i64 16
  %r92 = load float, ptr %r91
  %r93 = insertelement <8 x float> poison, float %r92, i64 0
  %r94 = shufflevector <8 x float> %r93, <8 x float> poison, <8 x i32> zeroinitializer
  %r96 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r60, <8 x float> %r94, <8 x float> %r40)
  %r97 = getelementptr float, ptr %r5, i64 19
  %r98 = load float, ptr %r97
  %r99 = insertelement <8 x float> poison, float %r98, i64 0
  %r100 = shufflevector <8 x float> %r99, <8 x float> poison, <8 x i32> zeroinitializer
  %r102 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r60, <8 x float> %r100, <8 x float> %r46)
  %r103 = getelementptr float, ptr %r5, i64 22
  %r104 = load float, ptr %r103
  %r105 = insertelement <8 x float> poison, float %r104, i64 0
  %r106 = shufflevector <8 x float> %r105, <8 x float> poison, <8 x i32> zeroinitializer
  %r108 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r60, <8 x float> %r106, <8 x float> %r52)
  %r109 = getelementptr float, ptr %r5, i64 25
  %r110 = load float, ptr %r109
  %r111 = insertelement <8 x float> poison, float %r110, i64 0
  %r112 = shufflevector <8 x float> %r111, <8 x float> poison, <8 x i32> zeroinitializer
  %r114 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r60, <8 x float> %r112, <8 x float> %r58)
  %r115 = getelementptr float, ptr %a0, i64 10
  %r116 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %r115, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %r117 = getelementptr float, ptr %r5, i64 2
  %r118 = load float, ptr %r117
  %r119 = insertelement <8 x float> poison, float %r118, i64 0
  %r120 = shufflevector <8 x float> %r119, <8 x float> poison, <8 x i32> zeroinitializer
  %r122 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r116, <8 x float> %r120, <8 x float> %r66)
  %r123 = getelementptr float, ptr %r5, i64 5
  %r124 = load float, ptr %r123
  %r125 = insertelement <8 x float> poison, float %r124, i64 0
  %r126 = shufflevector <8 x float> %r125, <8 x float> poison, <8 x i32> zeroinitializer
  %r128 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r116, <8 x float> %r126, <8 x float> %r72)
  %r129 = getelementptr float, ptr %r5, i64 8
  %r130 = load float, ptr %r129
  %r131 = insertelement <8 x float> poison, float %r130, i64 0
  %r132 = shufflevector <8 x float> %r131, <8 x float> poison, <8 x i32> zeroinitializer
  %r134 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r116, <8 x float> %r132, <8 x float> %r78)
  %r135 = getelementptr float, ptr %r5, i64 11
  %r136 = load float, ptr %r135
  %r137 = insertelement <8 x float> poison, float %r136, i64 0
  %r138 = shufflevector <8 x float> %r137, <8 x float> poison, <8 x i32> zeroinitializer
  %r140 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r116, <8 x float> %r138, <8 x float> %r84)
  %r141 = getelementptr float, ptr %r5, i64 14
  %r142 = load float, ptr %r141
  %r143 = insertelement <8 x float> poison, float %r142, i64 0
  %r144 = shufflevector <8 x float> %r143, <8 x float> poison, <8 x i32> zeroinitializer
  %r146 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r116, <8 x float> %r144, <8 x float> %r90)
  %r147 = getelementptr float, ptr %r5, i64 17
  %r148 = load float, ptr %r147
  %r149 = insertelement <8 x float> poison, float %r148, i64 0
  %r150 = shufflevector <8 x float> %r149, <8 x float> poison, <8 x i32> zeroinitializer
  %r152 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r116, <8 x float> %r150, <8 x float> %r96)
  %r153 = getelementptr float, ptr %r5, i64 20
  %r154 = load float, ptr %r153
  %r155 = insertelement <8 x float> poison, float %r154, i64 0
  %r156 = shufflevector <8 x float> %r155, <8 x float> poison, <8 x i32> zeroinitializer
  %r158 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r116, <8 x float> %r156, <8 x float> %r102)
  %r159 = getelementptr float, ptr %r5, i64 23
  %r160 = load float, ptr %r159
  %r161 = insertelement <8 x float> poison, float %r160, i64 0
  %r162 = shufflevector <8 x float> %r161, <8 x float> poison, <8 x i32> zeroinitializer
  %r164 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r116, <8 x float> %r162, <8 x float> %r108)
  %r165 = getelementptr float, ptr %r5, i64 26
  %r166 = load float, ptr %r165
  %r167 = insertelement <8 x float> poison, float %r166, i64 0
  %r168 = shufflevector <8 x float> %r167, <8 x float> poison, <8 x i32> zeroinitializer
  %r170 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r116, <8 x float> %r168, <8 x float> %r114)
  %r171 = fcmp ogt <8 x float> %r122, splat (float 0x0000000000000000)
  %r172 = fcmp uno <8 x float> %r122, %r122
  %r173 = or <8 x i1> %r171, %r172
  %r174 = select <8 x i1> %r173, <8 x float> %r122, <8 x float> splat (float 0x0000000000000000)
  %r175 = getelementptr float, ptr %a2, i64 %r2
  %r176 = getelementptr float, ptr %r175, <8 x i64> <i64 0, i64 9, i64 18, i64 27, i64 36, i64 45, i64 54, i64 63>
  call void @llvm.masked.scatter.v8f32.v8p0(<8 x float> %r174, <8 x ptr> %r176, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %r177 = fcmp ogt <8 x float> %r128, splat (float 0x0000000000000000)
  %r178 = fcmp uno <8 x float> %r128, %r128
  %r179 = or <8 x i1> %r177, %r178
  %r180 = select <8 x i1> %r179, <8 x float> %r128, <8 x float> splat (float 0x0000000000000000)
  %r181 = getelementptr float, ptr %a2, i64 %r2
  %r182 = getelementptr float, ptr %r181, i64 1
  %r183 = getelementptr float, ptr %r182, <8 x i64> <i64 0, i64 9, i64 18, i64 27, i64 36, i64 45, i64 54, i64 63>
  call void @llvm.masked.scatter.v8f32.v8p0(<8 x float> %r180, <8 x ptr> %r183, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %r184 = fcmp ogt <8 x float> %r134, splat (float 0x0000000000000000)
  %r185 = fcmp uno <8 x float> %r134, %r134
  %r186 = or <8 x i1> %r184, %r185
  %r187 = select <8 x i1> %r186, <8 x float> %r134, <8 x float> splat (float 0x0000000000000000)
  %r188 = getelementptr float, ptr %a2, i64 %r2
  %r189 = getelementptr float, ptr %r188, i64 2
  %r190 = getelementptr float, ptr %r189, <8 x i64> <i64 0, i64 9, i64 18, i64 27, i64 36, i64 45, i64 54, i64 63>
  call void @llvm.masked.scatter.v8f32.v8p0(<8 x float> %r187, <8 x ptr> %r190, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %r191 = fcmp ogt <8 x float> %r140, splat (float 0x0000000000000000)
  %r192 = fcmp uno <8 x float> %r140, %r140
  %r193 = or <8 x i1> %r191, %r192
  %r194 = select <8 x i1> %r193, <8 x float> %r140, <8 x float> splat (float 0x0000000000000000)
  %r195 = getelementptr float, ptr %a2, i64 %r2
  %r196 = getelementptr float, ptr %r195, i64 3
  %r197 = getelementptr float, ptr %r196, <8 x i64> <i64 0, i64 9, i64 18, i64 27, i64 36, i64 45, i64 54, i64 63>
  call void @llvm.masked.scatter.v8f32.v8p0(<8 x float> %r194, <8 x ptr> %r197, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %r198 = fcmp ogt <8 x float> %r146, splat (float 0x0000000000000000)
  %r199 = fcmp uno <8 x float> %r146, %r146
  %r200 = or <8 x i1> %r198, %r199
  %r201 = select <8 x i1> %r200, <8 x float> %r146, <8 x float> splat (float 0x0000000000000000)
  %r202 = getelementptr float, ptr %a2, i64 %r2
  %r203 = getelementptr float, ptr %r202, i64 4
  %r204 = getelementptr float, ptr %r203, <8 x i64> <i64 0, i64 9, i64 18, i64 27, i64 36, i64 45, i64 54, i64 63>
  call void @llvm.masked.scatter.v8f32.v8p0(<8 x float> %r201, <8 x ptr> %r204, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %r205 = fcmp ogt <8 x float> %r152, splat (float 0x0000000000000000)
  %r206 = fcmp uno <8 x float> %r152, %r152
  %r207 = or <8 x i1> %r205, %r206
  %r208 = select <8 x i1> %r207, <8 x float> %r152, <8 x float> splat (float 0x0000000000000000)
  %r209 = getelementptr float, ptr %a2, i64 %r2
  %r210 = getelementptr float, ptr %r209, i64 5
  %r211 = getelementptr float, ptr %r210, <8 x i64> <i64 0, i64 9, i64 18, i64 27, i64 36, i64 45, i64 54, i64 63>
  call void @llvm.masked.scatter.v8f32.v8p0(<8 x float> %r208, <8 x ptr> %r211, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %r212 = fcmp ogt <8 x float> %r158, splat (float 0x0000000000000000)
  %r213 = fcmp uno <8 x float> %r158, %r158
  %r214 = or <8 x i1> %r212, %r213
  %r215 = select <8 x i1> %r214, <8 x float> %r158, <8 x float> splat (float 0x0000000000000000)
  %r216 = getelementptr float, ptr %a2, i64 %r2
  %r217 = getelementptr float, ptr %r216, i64 6
  %r218 = getelementptr float, ptr %r217, <8 x i64> <i64 0, i64 9, i64 18, i64 27, i64 36, i64 45, i64 54, i64 63>
  call void @llvm.masked.scatter.v8f32.v8p0(<8 x float> %r215, <8 x ptr> %r218, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %r219 = fcmp ogt <8 x float> %r164, splat (float 0x0000000000000000)
  %r220 = fcmp uno <8 x float> %r164, %r164
  %r221 = or <8 x i1> %r219, %r220
  %r222 = select <8 x i1> %r221, <8 x float> %r164, <8 x float> splat (float 0x0000000000000000)
  %r223 = getelementptr float, ptr %a2, i64 %r2
  %r224 = getelementptr float, ptr %r223, i64 7
  %r225 = getelementptr float, ptr %r224, <8 x i64> <i64 0, i64 9, i64 18, i64 27, i64 36, i64 45, i64 54, i64 63>
  call void @llvm.masked.scatter.v8f32.v8p0(<8 x float> %r222, <8 x ptr> %r225, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %r226 = fcmp ogt <8 x float> %r170, splat (float 0x0000000000000000)
  %r227 = fcmp uno <8 x float> %r170, %r170
  %r228 = or <8 x i1> %r226, %r227
  %r229 = select <8 x i1> %r228, <8 x float> %r170, <8 x float> splat (float 0x0000000000000000)
  %r230 = getelementptr float, ptr %a2, i64 %r2
  %r231 = getelementptr float, ptr %r230, i64 8
  %r232 = getelementptr float, ptr %r231, <8 x i64> <i64 0, i64 9, i64 18, i64 27, i64 36, i64 45, i64 54, i64 63>
  call void @llvm.masked.scatter.v8f32.v8p0(<8 x float> %r229, <8 x ptr> %r232, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %r233 = add i64 %at1, 1
  br label %head1
done1:
  ret void
}

declare i32 @sched_yield()

define internal void @meet(ptr %meet, i64 %threads, i64 %thread, i1 %counts) {
entry:
  %alone = icmp eq i64 %threads, 1
  br i1 %alone, label %done, label %come
come:
  %turns = getelementptr i64, ptr %meet, i64 8
  %turn = load atomic i64, ptr %turns seq_cst, align 8
  %were = atomicrmw add ptr %meet, i64 1 seq_cst
  %are = add i64 %were, 1
  %last = icmp eq i64 %are, %threads
  br i1 %last, label %open, label %wait
open:
  store atomic i64 0, ptr %meet seq_cst, align 8
  %next = add i64 %turn, 1
  store atomic i64 %next, ptr %turns seq_cst, align 8
  br label %done
wait:
  %spins = phi i64 [ 0, %come ], [ %more, %again ]
  %now = load atomic i64, ptr %turns seq_cst, align 8
  %opened = icmp ne i64 %now, %turn
  br i1 %opened, label %met, label %spin
spin:
  call void @llvm.x86.sse2.pause()
  %more = add i64 %spins, 1
  %long = icmp ugt i64 %more, 2000
  br i1 %long, label %yield, label %again
yield:
  call i32 @sched_yield()
  br label %again
again:
  br label %wait
met:
  br i1 %counts, label %count, label %done
count:
  %line = mul i64 %thread, 8
  %word = add i64 %line, 24
  %waits_at = getelementptr i64, ptr %meet, i64 %word
  %waits = load i64, ptr %waits_at
  %all = add i64 %waits, %spins
  store i64 %all, ptr %waits_at
  br label %done
done:
  ret void
}

declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)

define internal void @feed(ptr %feed, i64 %step, i64 %begin, i64 %beyond) {
entry:
  %rows_at = getelementptr i64, ptr %feed, i64 1
  %numbers_at = getelementptr i64, ptr %feed, i64 2
  %arrays = load i64, ptr %feed
  %rows = load i64, ptr %rows_at
  %all = load ptr, ptr %numbers_at
  %before = mul i64 %step, %rows
  %numbers = getelementptr i64, ptr %all, i64 %before
  %from = mul i64 %begin, %rows
  %to = mul i64 %beyond, %rows
  %low = udiv i64 %from, 512
  %high = udiv i64 %to, 512
  br label %each
each:
  %array = phi i64 [ 0, %entry ], [ %array_next, %array_done ]
  %left = icmp slt i64 %array, %arrays
  br i1 %left, label %found, label %done
found:
  %third = mul i64 %array, 3
  %offset = add i64 %third, 3
  %entry_at = getelementptr i64, ptr %feed, i64 %offset
  %to_at = getelementptr i64, ptr %entry_at, i64 1
  %bytes_at = getelementptr i64, ptr %entry_at, i64 2
  %source = load ptr, ptr %entry_at
  %target = load ptr, ptr %to_at
  %bytes = load i64, ptr %bytes_at
  br label %row
row:
  %k = phi i64 [ %low, %found ], [ %k_next, %copy ]
  %in = icmp slt i64 %k, %high
  br i1 %in, label %copy, label %array_done
copy:
  %number_at = getelementptr i64, ptr %numbers, i64 %k
  %number = load i64, ptr %number_at
  %source_byte = mul i64 %number, %bytes
  %target_byte = mul i64 %k, %bytes
  %source_row = getelementptr i8, ptr %source, i64 %source_byte
  %target_row = getelementptr i8, ptr %target, i64 %target_byte
  call void @llvm.memmove.p0.p0.i64(ptr %target_row, ptr %source_row, i64 %bytes, i1 false)
  %k_next = add i64 %k, 1
  br label %row
array_done:
  %array_next = add i64 %array, 1
  br label %each
done:
  ret void
}

define void @step(
    ptr %given, ptr %arena, ptr %report, ptr %feed, i64 %steps, i64 %thread, i64 %threads, ptr %meet
) {
entry:
  %mode = alloca i32
  %flushing = alloca i32
  call void @llvm.x86.sse.stmxcsr(ptr %mode)
  %mode_before = load i32, ptr %mode
  %mode_inside = or i32 %mode_before, 32832
  store i32 %mode_inside, ptr %flushing
  call void @llvm.x86.sse.ldmxcsr(ptr %flushing)
  %first = icmp eq i64 %thread, 0
  %alone = icmp eq i64 %threads, 1
  br i1 %alone, label %start, label %beside
beside:
  %cut_at = getelementptr i64, ptr %meet, i64 16
  %cut = load i64, ptr %cut_at
  br label %start
start:
  %mine = phi i64 [ 512, %entry ], [ %cut, %beside ]
  %begin = select i1 %first, i64 0, i64 %mine
  %beyond = select i1 %first, i64 %mine, i64 512
  br label %again
again:
  %step = phi i64 [ 0, %start ], [ %following, %next ]
  %more = icmp slt i64 %step, %steps
  br i1 %more, label %fed, label %end
fed:
  %feeds = icmp ne ptr %feed, null
  br i1 %feeds, label %feeding, label %body
feeding:
  call void @feed(ptr %feed, i64 %step, i64 %begin, i64 %beyond)
  call void @meet(ptr %meet, i64 %threads, i64 %thread, i1 false)
  br label %body
body:
  br i1 %first, label %do_g0, label %done_g0
do_g0:
  %p0_0_slot = getelementptr ptr, ptr %given, i64 0
  %p0_0 = load ptr, ptr %p0_0_slot
  %p0_1 = getelementptr i8, ptr %arena, i64 0
  call void @g0(ptr %p0_0, ptr %p0_1, ptr %report, i64 0, i64 1)
  br label %done_g0
done_g0:
  br i1 %first, label %do_g1, label %done_g1
do_g1:
  %p1_0 = getelementptr i8, ptr %arena, i64 0
  %p1_1_slot = getelementptr ptr, ptr %given, i64 1
  %p1_1 = load ptr, ptr %p1_1_slot
  %p1_2_slot = getelementptr ptr, ptr %given, i64 2
  %p1_2 = load ptr, ptr %p1_2_slot
  call void @g1(ptr %p1_0, ptr %p1_1, ptr %p1_2, ptr %report, i64 0, i64 1)
  br label %done_g1
done_g1:
  call void @meet(ptr %meet, i64 %threads, i64 %thread, i1 false)
  br label %next
next:
  %following = add i64 %step, 1
  br label %again
end:
  call void @llvm.x86.sse.ldmxcsr(ptr %mode)
  ret void
}

